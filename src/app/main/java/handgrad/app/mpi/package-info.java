/** The command line as one of several ranks that a launcher of MPI started. */
package handgrad.app.mpi;
