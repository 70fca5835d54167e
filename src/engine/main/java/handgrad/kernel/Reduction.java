package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Sums, means and maxima over one dimension of an array seen as (outer, n, inner), row-major. A sum is cut into blocks
 * in which no element goes through more than {@value #BLOCK_ROWS} additions in float32, but for the few that join
 * partial sums, and the blocks are added in float64. So the error of a sum is at most 8 · 2⁻²⁴ · log₂(n) · Σ|x| for two
 * elements or more, and that of a mean as many times smaller as it is. Sums that overflow float32 on the way are taken
 * again in float64. Those of float64 are pairwise, see {@link PairwiseSum}.
 *
 * <p>Every sum adds in one fixed order, which follows from its length alone. In a block along rows there are sixteen
 * partial sums (element i goes to partial sum i mod 16) that are then added pairwise, halves first, and the rest of the
 * block after them; in one down columns the rows are added from the first to the last. Threads share rows or columns,
 * but no sum.
 */
public final class Reduction {
    /** The number of partial sums of a row: the widest vector of floats, so that every width can keep them all. */
    public static final int PARTIAL_SUMS = 16;

    /** The rows of a block of sums down columns: a multiple of the eight that are added in one go. */
    public static final int BLOCK_ROWS = 32;

    /** The elements of a block of a sum along a row. */
    public static final int BLOCK = BLOCK_ROWS * PARTIAL_SUMS;

    private static final double[] NONE = {};

    private Reduction() {}

    /**
     * out[o·inner + j] = Σ over i of x[(o·n + i)·inner + j]; x is (outer, n, inner), out is (outer, inner). Both are
     * float[], or both double[].
     */
    public static void sum(Object x, int outer, int n, int inner, Object out) {
        if (x instanceof float[] floats) {
            sum(floats, outer, n, inner, (float[]) out);
        }
        sumWide(x, outer, n, inner, 1, out);
    }

    /** As {@link #sum(Object, int, int, int, Object)}, divided by n. */
    public static void mean(Object x, int outer, int n, int inner, Object out) {
        if (x instanceof float[] floats) {
            float[] means = (float[]) out;
            sum(floats, outer, n, inner, means);
            for (int i = 0; i < outer * inner; i++) {
                means[i] /= n;
            }
        }
        sumWide(x, outer, n, inner, n, out);
    }

    private static void sum(float[] x, int outer, int n, int inner, float[] out) {
        if (inner == 1) {
            Parallel.overRows(outer, Parallel.rows(n), n, x, x, out, out, (from, _, to, _, length, first, end) -> {
                for (int o = first; o < end; o++) {
                    to[o] = (float) sum(from, o * length, length);
                }
            });
            return;
        }
        Arrays.fill(out, 0, outer * inner, 0);
        for (int o = 0; o < outer; o++) {
            addRows(x, o * n * inner, n, inner, out, o * inner);
        }
    }

    /** In float64: all sums of doubles, and those of floats that are not finite. */
    private static void sumWide(Object x, int outer, int n, int inner, double divisor, Object out) {
        int sums = outer * inner;
        // Sums of floats are nearly always finite, which vectors see in less time than it takes to add them.
        int first =
                out instanceof float[] floats && VectorSupport.fill(sums) ? VectorReduction.finite(floats, sums) : 0;
        for (int k = first; k < sums; k++) {
            if (!(out instanceof float[] floats && Float.isFinite(floats[k]))) {
                sumWide(x, k / inner * n * inner + k % inner, n, inner, divisor, out, k);
            }
        }
    }

    private static void sumWide(Object x, int start, int n, int step, double divisor, Object out, int at) {
        if (x instanceof float[] floats) {
            ((float[]) out)[at] = (float) (PairwiseSum.of(n, i -> floats[start + i * step]) / divisor);
        } else {
            double[] doubles = (double[]) x;
            ((double[]) out)[at] = PairwiseSum.of(n, i -> doubles[start + i * step]) / divisor;
        }
    }

    /** The sum of n elements of x from an offset on, not yet rounded to a float. */
    public static double sum(float[] x, int offset, int n) {
        double sum = sumBlock(x, offset, Math.min(n, BLOCK));
        for (int i = BLOCK; i < n; i += BLOCK) {
            sum += sumBlock(x, offset + i, Math.min(n - i, BLOCK));
        }
        return sum;
    }

    private static float sumBlock(float[] x, int offset, int n) {
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
            return;
        }
        double[] doubles = (double[]) x;
        for (int j = 0; j < columns; j++) {
            int start = xOffset + j;
            ((double[]) out)[outOffset + j] += PairwiseSum.of(rows, i -> doubles[start + i * columns]);
        }
    }

    private static void addRows(float[] x, int xOffset, int rows, int columns, float[] out, int outOffset) {
        if (rows * columns <= Parallel.BLOCK) {
            addRows(x, xOffset, rows, columns, 0, columns, out, outOffset);
        } else {
            Parallel.ranges(
                    columns,
                    Parallel.columns(columns),
                    (first, end) -> addRows(x, xOffset, rows, columns, first, end, out, outOffset + first));
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

    /** Clears n sums down columns, and returns their totals over the blocks: of this thread, empty for one block. */
    public static double[] beginSums(float[] sums, int n, int rows) {
        Arrays.fill(sums, 0, n, 0);
        if (rows <= BLOCK_ROWS) {
            return NONE;
        }
        double[] totals = Scratch.doubles(n);
        Arrays.fill(totals, 0, n, 0);
        return totals;
    }

    /** Adds the sums of a block to the totals, and clears them for the next. */
    public static void endBlock(float[] sums, double[] totals, int n) {
        for (int j = 0; j < n; j++) {
            totals[j] += sums[j];
        }
        Arrays.fill(sums, 0, n, 0);
    }

    /** After the first {@code done} rows: moves the sums to the totals where a block ends, and back at the last row. */
    public static void endRows(float[] sums, double[] totals, int n, int done, int rows) {
        if (rows <= BLOCK_ROWS || (done % BLOCK_ROWS != 0 && done < rows)) {
            return;
        }
        endBlock(sums, totals, n);
        if (done == rows) {
            for (int j = 0; j < n; j++) {
                sums[j] = (float) totals[j];
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
