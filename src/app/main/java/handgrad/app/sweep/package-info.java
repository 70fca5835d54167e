/** Many trainings from one file of options: run in processes, gone on with after a kill, and merged into one table. */
package handgrad.app.sweep;
