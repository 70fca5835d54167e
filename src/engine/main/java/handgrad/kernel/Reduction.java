package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Sums and maxima over one dimension of an array seen as (outer, n, inner), row-major. Every sum adds in one fixed order,
 * which depends neither on the vector width nor on whether the Vector API is there: along rows sixteen partial sums
 * (element i goes to partial sum i mod 16) that are then added pairwise, halves first, and the rest of the row after
 * them; down columns from the first row to the last. Threads share rows or columns, but no sum.
 */
public final class Reduction {
    /** The number of partial sums of a row: the widest vector of floats, so that every width can keep them all. */
    public static final int PARTIAL_SUMS = 16;

    private Reduction() {}

    /** out[o·inner + j] = Σ over i of x[(o·n + i)·inner + j]; x is (outer, n, inner), out is (outer, inner). */
    public static void sum(float[] x, int outer, int n, int inner, float[] out) {
        if (inner == 1) {
            int blockRows = Parallel.rows(n);
            if (outer <= blockRows) {
                sums(x, n, 0, outer, out);
            } else {
                Parallel.ranges(outer, blockRows, (from, to) -> sums(x, n, from, to, out));
            }
        } else {
            Arrays.fill(out, 0, outer * inner, 0);
            for (int o = 0; o < outer; o++) {
                addRows(x, o * n * inner, n, inner, out, o * inner);
            }
        }
    }

    private static void sums(float[] x, int n, int from, int to, float[] out) {
        for (int o = from; o < to; o++) {
            out[o] = sum(x, o * n, n);
        }
    }

    /** As the float32 form, in float64, added from the first element to the last. */
    public static void sum(double[] x, int outer, int n, int inner, double[] out) {
        Arrays.fill(out, 0, outer * inner, 0);
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

    /** out[outOffset + j] += Σ over rows of x[xOffset + i·columns + j]; x is (rows, columns). */
    public static void addRows(float[] x, int xOffset, int rows, int columns, float[] out, int outOffset) {
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

    /** As the float32 form, in float64. */
    public static void addRows(double[] x, int xOffset, int rows, int columns, double[] out, int outOffset) {
        for (int i = 0; i < rows; i++) {
            int row = xOffset + i * columns;
            for (int j = 0; j < columns; j++) {
                out[outOffset + j] += x[row + j];
            }
        }
    }

    /**
     * The index of the largest element along n for every (o, j), the first where several are equal; a NaN counts as the
     * largest. x is (outer, n, inner), out is (outer, inner).
     */
    public static void argmax(float[] x, int outer, int n, int inner, int[] out) {
        for (int o = 0; o < outer; o++) {
            for (int j = 0; j < inner; j++) {
                int start = o * n * inner + j;
                int best = 0;
                for (int i = 1; i < n; i++) {
                    float candidate = x[start + i * inner];
                    float largest = x[start + best * inner];
                    if (candidate > largest || (Float.isNaN(candidate) && !Float.isNaN(largest))) {
                        best = i;
                    }
                }
                out[o * inner + j] = best;
            }
        }
    }

    /** As the float32 form, in float64. */
    public static void argmax(double[] x, int outer, int n, int inner, int[] out) {
        for (int o = 0; o < outer; o++) {
            for (int j = 0; j < inner; j++) {
                int start = o * n * inner + j;
                int best = 0;
                for (int i = 1; i < n; i++) {
                    double candidate = x[start + i * inner];
                    double largest = x[start + best * inner];
                    if (candidate > largest || (Double.isNaN(candidate) && !Double.isNaN(largest))) {
                        best = i;
                    }
                }
                out[o * inner + j] = best;
            }
        }
    }
}
