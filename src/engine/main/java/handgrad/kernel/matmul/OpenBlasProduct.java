package handgrad.kernel.matmul;

import handgrad.blas.OpenBlas;
import handgrad.kernel.route.SmallProducts;
import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.Species;

/**
 * Matrix products by OpenBLAS, cut over rows of C into the calls that suit it.
 *
 * <p><b>Small matrices.</b> On AVX-512 OpenBLAS has kernels for up to a million multiply-adds that read A and B as they
 * lie. Beyond that it first copies both into its own order, which pays only for large matrices. So a product of more
 * work, if its B is small, is cut into calls that the small kernels take. Of A Bᵀ they take only up to 1200 elements of
 * C, and k of 32 or more; so any other A Bᵀ is computed as A B with a transposed copy of B. The limits are those of
 * OpenBLAS's {@code sgemm_small_kernel_permit_skylakex.c}. {@code ./handgrad bench matmul} shows what it gains: it has
 * the same products in one call (openblas) and in these (routed).
 *
 * <p><b>Large matrices.</b> No garbage collection completes during a call, so a long product is cut as well.
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

    /** The product, see {@link MatrixProduct}; no matrix is empty. */
    static void multiply(Product product, float[] a, float[] b, float[] c) {
        int m = product.m;
        int n = product.n;
        int k = product.k;
        boolean small = SmallProducts.has(m, n, k);
        boolean transposeA = product.form.transposesA();
        boolean transposeB = product.form.transposesB();
        float[] right = b;
        int bOffset = product.bOffset;
        int ldb = product.ldb;
        if (small && transposeB && transposes(m, n, k)) {
            right = Scratch.floats(k * n);
            VectorTranspose.transpose(n, k, b, bOffset, ldb, right, 0, n);
            transposeB = false;
            bOffset = 0;
            ldb = n;
        }
        float beta = product.accumulate ? 1 : 0;
        int callRows = callRows(m, (long) n * k, small);
        for (int i = 0; i < m; i += Math.min(callRows, m - i)) {
            int rows = Math.min(callRows, m - i);
            int ai = product.indexOfA(i, 0);
            int ci = product.cOffset + i * product.ldc;
            OpenBlas.sgemm(
                    transposeA,
                    transposeB,
                    rows,
                    n,
                    k,
                    1,
                    a,
                    ai,
                    product.lda,
                    right,
                    bOffset,
                    ldb,
                    beta,
                    c,
                    ci,
                    product.ldc);
        }
    }

    /**
     * Whether a transposed copy of B makes the small kernels take A Bᵀ, and there are rows enough to make up for it.
     */
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
