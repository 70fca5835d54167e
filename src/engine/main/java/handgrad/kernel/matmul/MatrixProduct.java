package handgrad.kernel.matmul;

import handgrad.kernel.route.Route;
import handgrad.kernel.route.RouteInUse;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.VectorSupport;

/**
 * Matrix products by the fastest implementation there is. Both methods compute C = alpha op(A) op(B) + beta C for
 * row-major matrices, as BLAS does: op(A) is (m, k), op(B) is (k, n), C is (m, n), and op transposes where asked. With
 * beta = 0, C is overwritten and never read.
 *
 * <p><b>Route.</b> {@link Route} says whether a product goes to OpenBLAS or to the Java kernel, and {@link RouteInUse} which
 * route holds here. The Java kernel runs on the threads of {@link Parallel}, where OpenBLAS before 0.3.34 must be called by
 * one at a time, and does not hold off the garbage collector. Where one of the two is missing the other does it all, and
 * plain loops do without both. The route never looks at the number of threads, so the bits of C do not depend on it.
 */
public final class MatrixProduct {
    /** Multiply-adds in a block of rows for a thread, at least, by plain loops: about a millisecond. */
    private static final long BLOCK_WORK = 1L << 21;

    private MatrixProduct() {}

    /**
     * The product for float. The Java kernels allocate nothing but the task of a product that is cut into blocks; OpenBLAS
     * allocates up to 336 bytes for its views of the arrays, where C2 does not remove them.
     */
    public static void sgemm(
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
        // The class loads OpenBLAS, here first: programs in float64, such as gradient checks, do not wait for it.
        sgemm(
                RouteInUse.ROUTE,
                transposeA,
                transposeB,
                m,
                n,
                k,
                alpha,
                a,
                aOffset,
                lda,
                b,
                bOffset,
                ldb,
                beta,
                c,
                cOffset,
                ldc);
    }

    /** The same by another route. */
    public static void sgemm(
            Route route,
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
        // An empty matrix may have the leading dimension 0, which BLAS refuses.
        boolean empty = m == 0 || n == 0 || k == 0;
        if (!empty && route.openBlas(transposeA, transposeB, m, n, k)) {
            OpenBlasProduct.sgemm(
                    transposeA, transposeB, m, n, k, alpha, a, aOffset, lda, b, bOffset, ldb, beta, c, cOffset, ldc);
        } else if (VectorSupport.ENABLED) {
            VectorMatmul.sgemm(
                    transposeA, transposeB, m, n, k, alpha, a, aOffset, lda, b, bOffset, ldb, beta, c, cOffset, ldc);
        } else {
            scalar(transposeA, transposeB, m, n, k, alpha, a, aOffset, lda, b, bOffset, ldb, beta, c, cOffset, ldc);
        }
    }

    /** C = op(A) op(B) for square matrices, by a route. */
    public static void square(
            Route route, boolean transposeA, boolean transposeB, int side, float[] a, float[] b, float[] c) {
        sgemm(route, transposeA, transposeB, side, side, side, 1f, a, 0, side, b, 0, side, 0f, c, 0, side);
    }

    private static void scalar(
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
        int blockRows = Math.clamp(BLOCK_WORK / Math.max(1, (long) n * k), 1, Integer.MAX_VALUE);
        if (m <= blockRows) {
            ScalarMatmul.sgemm(
                    transposeA, transposeB, m, n, k, alpha, a, aOffset, lda, b, bOffset, ldb, beta, c, cOffset, ldc);
            return;
        }
        Parallel.blocks(Math.ceilDiv(m, blockRows), block -> {
            int i = block * blockRows;
            int rows = Math.min(blockRows, m - i);
            int ai = aOffset + i * (transposeA ? 1 : lda);
            int ci = cOffset + i * ldc;
            ScalarMatmul.sgemm(
                    transposeA, transposeB, rows, n, k, alpha, a, ai, lda, b, bOffset, ldb, beta, c, ci, ldc);
        });
    }

    /** The product for double, by plain loops on one thread: float64 is for checking the fast kernels. */
    public static void dgemm(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            double alpha,
            double[] a,
            int aOffset,
            int lda,
            double[] b,
            int bOffset,
            int ldb,
            double beta,
            double[] c,
            int cOffset,
            int ldc) {
        ScalarMatmul.dgemm(
                transposeA, transposeB, m, n, k, alpha, a, aOffset, lda, b, bOffset, ldb, beta, c, cOffset, ldc);
    }
}
