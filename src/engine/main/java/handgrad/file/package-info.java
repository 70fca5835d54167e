/** Files that are read with care and written whole or not at all, and their text made fit for a terminal. */
package handgrad.file;
