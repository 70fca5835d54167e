package handgrad.kernel.matmul;

import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.Species;

/**
 * Products that are faster as Cᵀ = op(B)ᵀ op(A)ᵀ, because less has to be copied. The exchanged product has the same
 * form, A Bᵀ or Aᵀ B, and the same bits: each element of C adds the same products in the same order. C is transposed at
 * the end.
 *
 * <ul>
 *   <li>A Bᵀ transposes a copy of B. Exchanged, it transposes A and C instead: less work where B is large beside both.
 *   <li>Aᵀ B reads from each row of A only the few elements that a tile needs, and then goes on to the next row. That
 *       is slow where the rows are long, and a copy of A does not pay where C has few columns. Exchanged, A takes the
 *       place of B, and is copied in the order in which it lies.
 * </ul>
 *
 * <p>Only CPUs with 16 vector registers do this: on the others OpenBLAS gets most of these products.
 */
final class TransposedProduct {
    /** Elements between two rows of A from which on its rows are long. */
    private static final int LONG_ROW = 512;

    /** Rows from which on A has many. */
    private static final int MANY_ROWS = 256;

    /** Columns up to which C has few. */
    private static final int FEW_COLUMNS = 128;

    private TransposedProduct() {}

    /** Whether a product is faster so. */
    static boolean pays(Product product) {
        int m = product.m;
        int n = product.n;
        int k = product.k;
        if (VectorMatmul.MANY_REGISTERS || Math.min(Math.min(m, n), k) < Species.LANES) {
            return false;
        }
        return switch (product.form) {
            case NN -> false;
            case NT -> !product.accumulate && 4L * m * (n + k) < 3L * n * k;
            case TN -> product.lda >= LONG_ROW && k >= MANY_ROWS && n <= FEW_COLUMNS && 4L * n <= m;
        };
    }

    /** Computes a product for which {@link #pays} is true. */
    static void multiply(Product product, float[] a, float[] b, float[] c) {
        int m = product.m;
        int n = product.n;
        float[] transposed = Scratch.transposed(n * m);
        if (product.accumulate) {
            VectorTranspose.transpose(m, n, c, product.cOffset, product.ldc, transposed, 0, m);
        }
        var exchanged = Workspace.ofThread()
                .exchanged
                .set(product.form, n, m, product.k)
                .a(product.bOffset, product.ldb)
                .b(product.aOffset, product.lda)
                .accumulate(product.accumulate);
        VectorMatmul.multiplyUntransposed(exchanged, b, a, transposed);
        VectorTranspose.transpose(n, m, transposed, 0, m, c, product.cOffset, product.ldc);
    }
}
