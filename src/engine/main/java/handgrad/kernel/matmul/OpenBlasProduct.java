package handgrad.kernel.matmul;

import handgrad.blas.OpenBlas;
import handgrad.kernel.route.SmallProducts;
import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.Species;

/**
 * Matrix products by OpenBLAS, in the calls that suit it.
 *
 * <p><b>Small matrices.</b> On AVX-512 OpenBLAS has kernels that read A and B as they lie, for up to a million multiply-adds;
 * more than that it copies into its own order first, which pays only where matrices are large. So a product of much work but a
 * small B is cut over rows of C into calls that the kernels take. Of A Bᵀ they take only up to 1200 elements of C and k of 32
 * or more, so else B is transposed first. The limits are those of OpenBLAS's {@code sgemm_small_kernel_permit_skylakex.c};
 * {@code ./handgrad bench matmul} has such products in one call (openblas) and in these (routed).
 *
 * <p><b>Large matrices.</b> No garbage collection completes during a call, so a long one is cut as well.
 */
final class OpenBlasProduct {
    /** Elements of C that the kernels for small matrices take of A Bᵀ, and the least k. */
    private static final long SMALL_C = 1200;

    private static final int LEAST_K = 32;

    /** Rows of A that make up for transposing B. */
    private static final int ROWS = 16;

    /** Multiply-adds in a call, at most unless one row has more: about 3 ms on one core. */
    private static final long CALL_WORK = 1L << 27;

    private OpenBlasProduct() {}

    /** C = alpha op(A) op(B) + beta C, see {@link MatrixProduct}; no matrix is empty. */
    static void sgemm(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float alpha,
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
        boolean small = SmallProducts.has(m, n, k);
        boolean transposed = small && transposeB && !transposeA && transposes(m, n, k);
        float[] right = b;
        int rightOffset = bOffset;
        int rightStride = ldb;
        if (transposed) {
            right = Scratch.floats(k * n);
            rightOffset = 0;
            rightStride = n;
            VectorTranspose.transpose(n, k, b, bOffset, ldb, right, 0, n);
        }
        int callRows = callRows(m, (long) n * k, small);
        for (int i = 0; i < m; i += Math.min(callRows, m - i)) {
            int rows = Math.min(callRows, m - i);
            int ai = aOffset + i * (transposeA ? 1 : lda);
            int ci = cOffset + i * ldc;
            OpenBlas.sgemm(
                    transposeA,
                    transposeB && !transposed,
                    rows,
                    n,
                    k,
                    alpha,
                    a,
                    ai,
                    lda,
                    right,
                    rightOffset,
                    rightStride,
                    beta,
                    c,
                    ci,
                    ldc);
        }
    }

    private static boolean transposes(int m, int n, int k) {
        return m >= ROWS && Math.min(n, k) >= Species.LANES && ((long) m * n > SMALL_C || k < LEAST_K);
    }

    /** The rows of C in a call; small calls are as equal as a multiple of {@link SmallProducts#ROWS} allows. */
    private static int callRows(int m, long rowWork, boolean small) {
        if (!small) {
            return Math.clamp(CALL_WORK / rowWork, 1, m);
        }
        int most = Math.clamp(
                SmallProducts.WORK / rowWork / SmallProducts.ROWS * SmallProducts.ROWS,
                SmallProducts.ROWS,
                Integer.MAX_VALUE - SmallProducts.ROWS);
        int calls = Math.ceilDiv(m, most);
        return Math.ceilDiv(Math.ceilDiv(m, calls), SmallProducts.ROWS) * SmallProducts.ROWS;
    }
}
