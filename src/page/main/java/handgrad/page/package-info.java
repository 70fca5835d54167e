/** Self-contained HTML pages of sections, sentences, charts and tables: built, written, served on loopback, opened. */
package handgrad.page;
