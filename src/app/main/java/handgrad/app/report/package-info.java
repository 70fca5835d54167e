/** What the page of a training shows: its losses, its diagnostics and what they mean. */
package handgrad.app.report;
