package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Sums and maxima over one dimension of an array seen as (outer, n, inner), row-major. Every sum adds in one fixed
 * order, which depends neither on the vector width nor on whether the Vector API is there: along rows sixteen partial
 * sums (element i goes to partial sum i mod 16) that are then added pairwise, halves first, and the rest of the row
 * after them; down columns from the first row to the last. Threads share rows or columns, but no sum.
 */
public final class Reduction {
    /** The number of partial sums of a row: the widest vector of floats, so that every width can keep them all. */
    public static final int PARTIAL_SUMS = 16;

    private Reduction() {}

    /**
     * out[o·inner + j] = Σ over i of x[(o·n + i)·inner + j]; x is (outer, n, inner), out is (outer, inner). Both are
     * float[], or both double[], which is added from the first element to the last.
     */
    public static void sum(Object x, int outer, int n, int inner, Object out) {
        if (x instanceof float[] rows && out instanceof float[] sums && inner == 1) {
            Parallel.overRows(
                    outer, Parallel.rows(n), n, rows, rows, sums, sums, (from, _, to, _, length, first, end) -> {
                        for (int o = first; o < end; o++) {
                            to[o] = sum(from, o * length, length);
                        }
                    });
            return;
        }
        if (out instanceof float[] floats) {
            Arrays.fill(floats, 0, outer * inner, 0);
        } else {
            Arrays.fill((double[]) out, 0, outer * inner, 0);
        }
        for (int o = 0; o < outer; o++) {
            addRows(x, o * n * inner, n, inner, out, o * inner);
        }
    }

    /** The sum of n elements of x from an offset on. */
    public static float sum(float[] x, int offset, int n) {
        return VectorSupport.ENABLED && n >= PARTIAL_SUMS
                ? VectorReduction.sum(x, offset, n)
                : ScalarReduction.sum(x, offset, n);
    }

    /**
     * out[outOffset + j] += Σ over rows of x[xOffset + i·columns + j]; x is (rows, columns), both float[] or both
     * double[].
     */
    public static void addRows(Object x, int xOffset, int rows, int columns, Object out, int outOffset) {
        if (x instanceof float[] floats) {
            addRows(floats, xOffset, rows, columns, (float[]) out, outOffset);
        } else {
            addRows((double[]) x, xOffset, rows, columns, (double[]) out, outOffset);
        }
    }

    private static void addRows(float[] x, int xOffset, int rows, int columns, float[] out, int outOffset) {
        if (rows * columns <= Parallel.BLOCK) {
            addRows(x, xOffset, rows, columns, 0, columns, out, outOffset);
        } else {
            Parallel.ranges(
                    columns,
                    Parallel.columns(columns),
                    (first, end) -> addRows(x, xOffset, rows, columns, first, end, out, outOffset));
        }
    }

    private static void addRows(
            float[] x, int xOffset, int rows, int columns, int first, int end, float[] out, int outOffset) {
        if (VectorSupport.fill(end - first)) {
            VectorReduction.addRows(x, xOffset, rows, columns, first, end, out, outOffset);
        } else {
            ScalarReduction.addRows(x, xOffset, rows, columns, first, end, out, outOffset);
        }
    }

    private static void addRows(double[] x, int xOffset, int rows, int columns, double[] out, int outOffset) {
        for (int i = 0; i < rows; i++) {
            int row = xOffset + i * columns;
            for (int j = 0; j < columns; j++) {
                out[outOffset + j] += x[row + j];
            }
        }
    }

    /**
     * The index of the largest element along n for every (o, j), the first where several are equal; a NaN counts as the
     * largest. x, float[] or double[], is (outer, n, inner), out is (outer, inner).
     */
    public static void argmax(Object x, int outer, int n, int inner, int[] out) {
        for (int o = 0; o < outer; o++) {
            for (int j = 0; j < inner; j++) {
                int start = o * n * inner + j;
                out[o * inner + j] = x instanceof float[] floats
                        ? argmax(floats, start, n, inner)
                        : argmax((double[]) x, start, n, inner);
            }
        }
    }

    private static int argmax(float[] x, int start, int n, int step) {
        int best = 0;
        for (int i = 1; i < n; i++) {
            float candidate = x[start + i * step];
            float largest = x[start + best * step];
            if (candidate > largest || (Float.isNaN(candidate) && !Float.isNaN(largest))) {
                best = i;
            }
        }
        return best;
    }

    private static int argmax(double[] x, int start, int n, int step) {
        int best = 0;
        for (int i = 1; i < n; i++) {
            double candidate = x[start + i * step];
            double largest = x[start + best * step];
            if (candidate > largest || (Double.isNaN(candidate) && !Double.isNaN(largest))) {
                best = i;
            }
        }
        return best;
    }
}
