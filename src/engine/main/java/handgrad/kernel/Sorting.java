package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import java.util.Arrays;
import java.util.Comparator;

/**
 * The order of the elements along one dimension of an array seen as (outer, n, inner), row-major. Equal elements keep
 * their order, 0 and -0 are equal, and NaN counts as the largest.
 *
 * <p>A float and its index make one long: the float as an integer of the same order above, the index below. So the sort
 * of the JDK for longs, which is the fastest there is, keeps the order of equal elements too.
 */
public final class Sorting {
    /** What sorting an element costs, in elements of an ordinary loop: it makes blocks smaller. */
    private static final int COST = 16;

    private Sorting() {}

    /** out[o, r, j] = the index i along n of the element x[o, i, j] that has rank r; x is float[] or double[]. */
    public static void argsort(Object x, int outer, int n, int inner, boolean descending, int[] out) {
        int sequences = n == 0 ? 0 : outer * inner;
        Parallel.ranges(sequences, Parallel.rows(COST * n), (from, to) -> {
            for (int sequence = from; sequence < to; sequence++) {
                int start = sequence / inner * n * inner + sequence % inner;
                if (x instanceof float[] floats) {
                    argsort(floats, start, n, inner, descending, out);
                } else {
                    argsort((double[]) x, start, n, inner, descending, out);
                }
            }
        });
    }

    private static void argsort(float[] x, int start, int n, int step, boolean descending, int[] out) {
        long[] keys = new long[n];
        for (int i = 0; i < n; i++) {
            // Adding 0 makes -0 a 0, and NaN of any kind has the same bits.
            int bits = Float.floatToIntBits(x[start + i * step] + 0f);
            int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
            keys[i] = ((long) (descending ? ~ordered : ordered) << 32) | i;
        }
        Arrays.sort(keys);
        for (int i = 0; i < n; i++) {
            out[start + i * step] = (int) keys[i];
        }
    }

    private static void argsort(double[] x, int start, int n, int step, boolean descending, int[] out) {
        Integer[] order = new Integer[n];
        Arrays.setAll(order, i -> i);
        Comparator<Integer> ascending = Comparator.comparingDouble(i -> x[start + i * step] + 0.0);
        Arrays.sort(order, descending ? ascending.reversed() : ascending);
        for (int i = 0; i < n; i++) {
            out[start + i * step] = order[i];
        }
    }
}
