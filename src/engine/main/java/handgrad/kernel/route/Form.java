package handgrad.kernel.route;

/**
 * How the operands of a matrix product are stored, in the letters of BLAS, A's first: N for a matrix as it is, T for
 * one that is stored transposed. Nothing here multiplies two transposed matrices.
 */
public enum Form {
    /** A B: the forward pass of a layer. */
    NN,
    /** A Bᵀ: the gradient of a layer's input. */
    NT,
    /** Aᵀ B: the gradient of a layer's weight. */
    TN;

    /** Whether A is stored as (k, m). */
    public boolean transposesA() {
        return this == TN;
    }

    /** Whether B is stored as (n, k). */
    public boolean transposesB() {
        return this == NT;
    }
}
