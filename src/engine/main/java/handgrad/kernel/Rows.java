package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;

/** Copies and sums of whole rows, as embeddings and biases need them; the arrays of a call are of one type. */
public final class Rows {
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

    /** table[indices[i]] += x[i], in the order of i, so that an index that occurs twice gets both rows. */
    public static void scatterAdd(Object table, int columns, int[] indices, int count, Object x) {
        if (table instanceof float[] floats) {
            scatterAdd(floats, columns, indices, count, (float[]) x);
        } else {
            scatterAdd((double[]) table, columns, indices, count, (double[]) x);
        }
    }

    private static void scatterAdd(float[] table, int columns, int[] indices, int count, float[] x) {
        for (int i = 0; i < count; i++) {
            int target = indices[i] * columns;
            int source = i * columns;
            for (int j = 0; j < columns; j++) {
                table[target + j] += x[source + j];
            }
        }
    }

    private static void scatterAdd(double[] table, int columns, int[] indices, int count, double[] x) {
        for (int i = 0; i < count; i++) {
            int target = indices[i] * columns;
            int source = i * columns;
            for (int j = 0; j < columns; j++) {
                table[target + j] += x[source + j];
            }
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
