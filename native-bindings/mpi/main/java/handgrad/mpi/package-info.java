/** MPI, the message-passing interface: finding a library, checking it, calling it. */
package handgrad.mpi;
