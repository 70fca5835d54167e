package handgrad.kernel.matmul;

import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Matrix products by plain loops: the fallback where the Vector API is missing, and the oracle of the other kernels.
 *
 * <p>Both methods compute C = alpha op(A) op(B) + beta C for row-major matrices, as BLAS does: op(A) is (m, k), op(B) is
 * (k, n), C is (m, n), and op transposes where asked. With beta = 0, C is overwritten and never read; with k = 0 or
 * alpha = 0, A and B are not read. For each block of 256 of k the products (alpha A) B are added in order, and their sum is added
 * to beta C, whatever the rows and columns around it; in float64, products are added to beta C one by one.
 */
public final class ScalarMatmul {
    private ScalarMatmul() {}

    /** The product for float. Gives the same bits as {@link VectorMatmul}, whose order of operations it follows. */
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
        int depth = alpha == 0f ? 0 : k;
        int aRow = transposeA ? 1 : lda;
        int aColumn = transposeA ? lda : 1;
        float[] sums = Scratch.floats(n);
        for (int i = 0; i < m; i++) {
            int ci = cOffset + i * ldc;
            if (beta != 1f && (beta != 0f || depth == 0)) {
                scale(n, beta, c, ci);
            }
            for (int p = 0; p < depth; p += VectorMatmul.DEPTH) {
                int end = Math.min(depth, p + VectorMatmul.DEPTH);
                int ap = aOffset + i * aRow + p * aColumn;
                Arrays.fill(sums, 0, n, 0f);
                if (transposeB) {
                    for (int j = 0; j < n; j++) {
                        sums[j] = dot(end - p, alpha, a, ap, aColumn, b, bOffset + j * ldb + p);
                    }
                } else {
                    for (int q = p; q < end; q++, ap += aColumn) {
                        addScaledRow(n, alpha * a[ap], b, bOffset + q * ldb, sums);
                    }
                }
                boolean accumulate = beta != 0f || p > 0;
                for (int j = 0; j < n; j++) {
                    c[ci + j] = accumulate ? c[ci + j] + sums[j] : sums[j];
                }
            }
        }
    }

    /** The product for double. */
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
        int depth = alpha == 0 ? 0 : k;
        int aRow = transposeA ? 1 : lda;
        int aColumn = transposeA ? lda : 1;
        int bRow = transposeB ? 1 : ldb;
        int bColumn = transposeB ? ldb : 1;
        for (int i = 0; i < m; i++) {
            int ci = cOffset + i * ldc;
            for (int j = 0; j < n; j++) {
                c[ci + j] = beta == 0 ? 0 : beta * c[ci + j];
            }
            for (int p = 0; p < depth; p++) {
                double scaled = alpha * a[aOffset + i * aRow + p * aColumn];
                int bp = bOffset + p * bRow;
                for (int j = 0; j < n; j++) {
                    c[ci + j] += scaled * b[bp + j * bColumn];
                }
            }
        }
    }

    /** c = beta c, and 0 for beta = 0 whatever c holds. */
    private static void scale(int n, float beta, float[] c, int ci) {
        for (int j = 0; j < n; j++) {
            c[ci + j] = beta == 0f ? 0f : beta * c[ci + j];
        }
    }

    private static float dot(int length, float alpha, float[] a, int ai, int aStride, float[] b, int bi) {
        float sum = 0;
        for (int p = 0; p < length; p++) {
            sum = multiplyAdd(alpha * a[ai + p * aStride], b[bi + p], sum);
        }
        return sum;
    }

    private static void addScaledRow(int n, float scale, float[] b, int bi, float[] sums) {
        for (int j = 0; j < n; j++) {
            sums[j] = multiplyAdd(scale, b[bi + j], sums[j]);
        }
    }

    /** a b + c, fused where the CPU does it. */
    private static float multiplyAdd(float a, float b, float c) {
        return VectorSupport.FMA ? Math.fma(a, b, c) : a * b + c;
    }
}
