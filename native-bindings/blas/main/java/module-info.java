import org.jspecify.annotations.NullMarked;

/** OpenBLAS through the foreign-function API: finding, checking and calling the native library. */
@NullMarked
module handgrad.blas {
    requires static org.jspecify;

    exports handgrad.blas;
}
