package handgrad.blas;

/** Matrix products by OpenBLAS. */
public final class OpenBlas {
    private OpenBlas() {}
}
