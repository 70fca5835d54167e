package handgrad.kernel.matmul;

import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.Species;

/**
 * Products of {@link VectorMatmul} that are computed as Cᵀ = op(B)ᵀ op(A)ᵀ, because with the operands exchanged less has to be
 * copied. The bits are the same: each element adds the same products in the same order. This is for CPUs with 16 vector
 * registers; on others OpenBLAS does most of these products.
 *
 * <ul>
 *   <li>A Bᵀ is a product whose B has to be transposed. Exchanged, it is of the same form, A is transposed instead, and then C:
 *       less work where B is large beside both.
 *   <li>Of Aᵀ B with few columns, A is read as it lies, a few elements of each of its rows at a time, which is slow where the
 *       rows are long. Exchanged, it is of the same form too, and A is copied row by row.
 * </ul>
 */
final class TransposedProduct {
    /** Elements in a row of A from which on it is long, rows from which on there are many, and few columns of C for them. */
    private static final int LONG_ROW = 512;

    private static final int MANY_ROWS = 256;

    private static final int FEW_COLUMNS = 128;

    private TransposedProduct() {}

    /** Whether a product is faster so. */
    static boolean pays(boolean transposeA, boolean transposeB, int m, int n, int k, float alpha, int lda, float beta) {
        // Alpha is multiplied into A before B, which here are exchanged.
        if (VectorMatmul.MANY_REGISTERS || alpha != 1f || Math.min(Math.min(m, n), k) < Species.LANES) {
            return false;
        }
        if (transposeB) {
            return !transposeA && beta == 0f && 4L * m * (n + k) < 3L * n * k;
        }
        return transposeA && lda >= LONG_ROW && k >= MANY_ROWS && n <= FEW_COLUMNS && 4L * n <= m;
    }

    /** C = op(A) op(B) + beta C for a product of which {@link #pays} is true. */
    static void sgemm(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int lda,
            float[] b,
            int bOffset,
            int ldb,
            float beta,
            float[] c,
            int cOffset,
            int ldc) {
        float[] transposed = Scratch.transposed(n * m);
        if (beta != 0f) {
            VectorTranspose.transpose(m, n, c, cOffset, ldc, transposed, 0, m);
        }
        VectorMatmul.sgemmAsItIs(
                !transposeB, !transposeA, n, m, k, 1f, b, bOffset, ldb, a, aOffset, lda, beta, transposed, 0, m);
        VectorTranspose.transpose(n, m, transposed, 0, m, c, cOffset, ldc);
    }
}
