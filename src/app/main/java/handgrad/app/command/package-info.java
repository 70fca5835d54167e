/** What the commands share: checks of options, exit codes, the progress bar. */
package handgrad.app.command;
