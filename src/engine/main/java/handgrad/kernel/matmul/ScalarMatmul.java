package handgrad.kernel.matmul;

import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Matrix products by plain loops: the fallback where the Vector API is missing, and the oracle of the other kernels.
 *
 * <p>In float32, for each block of 256 of k the products are added in order, and their sum is added to C, whatever the
 * rows and columns around it: the order of {@link VectorMatmul}, and so its bits. In float64, products are added to C
 * one by one.
 */
final class ScalarMatmul {
    private ScalarMatmul() {}

    /** The product in float32. */
    static void multiply(Product product, float[] a, float[] b, float[] c) {
        multiplyRows(product, a, b, c, 0, product.m);
    }

    /** The rows of C from one to before another. */
    static void multiplyRows(Product product, float[] a, float[] b, float[] c, int from, int to) {
        int n = product.n;
        int k = product.k;
        int aColumn = product.aColumn();
        float[] sums = Scratch.floats(n);
        for (int i = from; i < to; i++) {
            int ci = product.cOffset + i * product.ldc;
            if (k == 0 && !product.accumulate) {
                Arrays.fill(c, ci, ci + n, 0f);
            }
            for (int p = 0; p < k; p += VectorMatmul.DEPTH) {
                int end = Math.min(k, p + VectorMatmul.DEPTH);
                int ap = product.indexOfA(i, p);
                Arrays.fill(sums, 0, n, 0f);
                if (product.form.transposesB()) {
                    for (int j = 0; j < n; j++) {
                        sums[j] = dot(end - p, a, ap, aColumn, b, product.indexOfB(p, j));
                    }
                } else {
                    for (int q = p; q < end; q++, ap += aColumn) {
                        addScaledRow(n, a[ap], b, product.indexOfB(q, 0), sums);
                    }
                }
                boolean accumulate = product.accumulate || p > 0;
                for (int j = 0; j < n; j++) {
                    c[ci + j] = accumulate ? c[ci + j] + sums[j] : sums[j];
                }
            }
        }
    }

    /** The product in float64. */
    static void multiply(Product product, double[] a, double[] b, double[] c) {
        int n = product.n;
        int bColumn = product.form.transposesB() ? product.ldb : 1;
        for (int i = 0; i < product.m; i++) {
            int ci = product.cOffset + i * product.ldc;
            if (!product.accumulate) {
                Arrays.fill(c, ci, ci + n, 0);
            }
            for (int p = 0; p < product.k; p++) {
                double left = a[product.indexOfA(i, p)];
                int bp = product.indexOfB(p, 0);
                for (int j = 0; j < n; j++) {
                    c[ci + j] += left * b[bp + j * bColumn];
                }
            }
        }
    }

    private static float dot(int length, float[] a, int ai, int aStride, float[] b, int bi) {
        float sum = 0;
        for (int p = 0; p < length; p++) {
            sum = multiplyAdd(a[ai + p * aStride], b[bi + p], sum);
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
