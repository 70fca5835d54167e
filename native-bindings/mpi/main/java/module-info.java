import org.jspecify.annotations.NullMarked;

/** MPI through the foreign-function API: finding, checking and calling the native library. */
@NullMarked
module handgrad.mpi {
    requires static org.jspecify;

    exports handgrad.mpi;
}
