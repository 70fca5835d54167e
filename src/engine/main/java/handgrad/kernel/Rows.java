package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;
import java.util.Arrays;

/** Copies and sums of whole rows, as embeddings and biases need them; the arrays of a call are of one type. */
public final class Rows {
    /** Elements of a table whose sums in float64, 256 KiB, stay in the second-level cache. */
    private static final int CACHED = 1 << 15;

    private Rows() {}

    /** out[i] = table[indices[i]]: out is (count, columns), table (rows, columns). */
    public static void gather(Object table, int columns, int[] indices, int count, Object out) {
        // Where the types are known, a copy of a short row takes half the time.
        if (table instanceof float[] floats && out instanceof float[] target) {
            Parallel.overRows(
                    count,
                    Parallel.rows(columns),
                    columns,
                    floats,
                    indices,
                    target,
                    target,
                    (from, rows, to, _, width, first, end) -> {
                        for (int i = first; i < end; i++) {
                            System.arraycopy(from, rows[i] * width, to, i * width, width);
                        }
                    });
            return;
        }
        for (int i = 0; i < count; i++) {
            System.arraycopy(table, indices[i] * columns, out, i * columns, columns);
        }
    }

    /** Writes zeros into the rows of x (count, columns) whose index is {@code row}. */
    public static void clear(Object x, int columns, int[] indices, int count, int row) {
        for (int i = 0; i < count; i++) {
            if (indices[i] != row) {
                continue;
            }
            if (x instanceof float[] floats) {
                Arrays.fill(floats, i * columns, (i + 1) * columns, 0);
            } else {
                Arrays.fill((double[]) x, i * columns, (i + 1) * columns, 0);
            }
        }
    }

    /** {@link #scatterAdd(Object, int, int[], int, Object, int)} into every row. */
    public static void scatterAdd(Object table, int columns, int[] indices, int count, Object x) {
        scatterAdd(table, columns, indices, count, x, -1);
    }

    /**
     * table[indices[i]] += x[i], but for the row {@code skipped} if it is not -1: an index that occurs twice gets both
     * rows. The rows of x that go to one row of the table are added in the order of i, in float64, and rounded once;
     * doubles are a {@link PairwiseSum}.
     */
    public static void scatterAdd(Object table, int columns, int[] indices, int count, Object x, int skipped) {
        int rows = 0;
        for (int i = 0; i < count; i++) {
            rows = Math.max(rows, indices[i] + 1);
        }
        if (table instanceof float[] floats && (long) rows * columns <= CACHED && count / 4 >= rows) {
            addInOrder(floats, rows, columns, indices, count, (float[]) x, skipped);
            return;
        }
        // A counting sort: the i of row r stand in order after the ends, from the end of row r - 1 to its own.
        int places = rows + 1;
        int[] ends = Scratch.ints(places + count);
        Arrays.fill(ends, 0, places, 0);
        for (int i = 0; i < count; i++) {
            ends[indices[i] + 1]++;
        }
        for (int r = 0; r < rows; r++) {
            ends[r + 1] += ends[r];
        }
        for (int i = 0; i < count; i++) {
            ends[places + ends[indices[i]]++] = i;
        }
        int from = places;
        for (int r = 0; r < rows; r++) {
            int to = places + ends[r];
            if (r == skipped) {
                from = to;
                continue;
            }
            if (from < to && table instanceof float[] floats) {
                addRows((float[]) x, columns, ends, from, to, floats, r * columns);
            } else if (from < to) {
                addRows((double[]) x, columns, ends, from, to, (double[]) table, r * columns);
            }
            from = to;
        }
    }

    /** As the sorted sums, to the bit, but x is read in order, which pays where it is much larger than the table. */
    private static void addInOrder(
            float[] table, int rows, int columns, int[] indices, int count, float[] x, int skipped) {
        int length = rows * columns;
        double[] sums = Scratch.doubles(length);
        for (int i = 0; i < length; i++) {
            sums[i] = table[i];
        }
        for (int i = 0; i < count; i++) {
            int to = indices[i] * columns;
            int from = i * columns;
            for (int j = 0; j < columns; j++) {
                sums[to + j] += x[from + j];
            }
        }
        int first = skipped < 0 ? length : Math.min(length, skipped * columns);
        int last = Math.min(length, first + columns);
        for (int i = 0; i < first; i++) {
            table[i] = (float) sums[i];
        }
        for (int i = last; i < length; i++) {
            table[i] = (float) sums[i];
        }
    }

    /** out[outAt + j] += Σ over the rows that {@code places} names of x. */
    private static void addRows(float[] x, int columns, int[] places, int from, int to, float[] out, int outAt) {
        double[] sums = Scratch.doubles(columns);
        for (int j = 0; j < columns; j++) {
            sums[j] = out[outAt + j];
        }
        int k = from;
        for (; k <= to - 4; k += 4) {
            int row0 = places[k] * columns;
            int row1 = places[k + 1] * columns;
            int row2 = places[k + 2] * columns;
            int row3 = places[k + 3] * columns;
            for (int j = 0; j < columns; j++) {
                sums[j] = sums[j] + x[row0 + j] + x[row1 + j] + x[row2 + j] + x[row3 + j];
            }
        }
        for (; k < to; k++) {
            int row = places[k] * columns;
            for (int j = 0; j < columns; j++) {
                sums[j] += x[row + j];
            }
        }
        for (int j = 0; j < columns; j++) {
            out[outAt + j] = (float) sums[j];
        }
    }

    private static void addRows(double[] x, int columns, int[] places, int from, int to, double[] out, int outAt) {
        for (int j = 0; j < columns; j++) {
            int column = j;
            out[outAt + j] += PairwiseSum.of(to - from, k -> x[places[from + k] * columns + column]);
        }
    }

    /** Writes one row of {@code columns} elements {@code rows} times. */
    public static void fill(Object row, int columns, Object out, int rows) {
        if (row instanceof float[] floats && out instanceof float[] target) {
            Parallel.overRows(
                    rows,
                    Parallel.rows(columns),
                    columns,
                    floats,
                    floats,
                    target,
                    target,
                    (from, _, to, _, width, first, end) -> {
                        for (int i = first; i < end; i++) {
                            System.arraycopy(from, 0, to, i * width, width);
                        }
                    });
            return;
        }
        for (int i = 0; i < rows; i++) {
            System.arraycopy(row, 0, out, i * columns, columns);
        }
    }
}
