package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;

/** Copies and sums of whole rows, as embeddings and biases need them. */
public final class Rows {
    private Rows() {}

    /** out[i] = table[indices[i]]: out is (count, columns), table (rows, columns); the two are of one array type. */
    public static void gather(Object table, int columns, int[] indices, int count, Object out) {
        // Where the types are known, a copy of a short row takes half the time.
        if (table instanceof float[] from && out instanceof float[] to) {
            int blockRows = Parallel.rows(columns);
            if (count <= blockRows) {
                gather(from, columns, indices, 0, count, to);
            } else {
                Parallel.ranges(count, blockRows, (first, end) -> gather(from, columns, indices, first, end, to));
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            System.arraycopy(table, indices[i] * columns, out, i * columns, columns);
        }
    }

    private static void gather(float[] table, int columns, int[] indices, int first, int end, float[] out) {
        for (int i = first; i < end; i++) {
            System.arraycopy(table, indices[i] * columns, out, i * columns, columns);
        }
    }

    /** table[indices[i]] += x[i], in the order of i, so that an index that occurs twice gets both rows. */
    public static void scatterAdd(float[] table, int columns, int[] indices, int count, float[] x) {
        for (int i = 0; i < count; i++) {
            int target = indices[i] * columns;
            int source = i * columns;
            for (int j = 0; j < columns; j++) {
                table[target + j] += x[source + j];
            }
        }
    }

    /** As the float32 form, in float64. */
    public static void scatterAdd(double[] table, int columns, int[] indices, int count, double[] x) {
        for (int i = 0; i < count; i++) {
            int target = indices[i] * columns;
            int source = i * columns;
            for (int j = 0; j < columns; j++) {
                table[target + j] += x[source + j];
            }
        }
    }

    /** Writes one row of {@code columns} elements {@code rows} times; the two arrays are of one type. */
    public static void fill(Object row, int columns, Object out, int rows) {
        if (row instanceof float[] from && out instanceof float[] to) {
            int blockRows = Parallel.rows(columns);
            if (rows <= blockRows) {
                fill(from, columns, to, 0, rows);
            } else {
                Parallel.ranges(rows, blockRows, (first, end) -> fill(from, columns, to, first, end));
            }
            return;
        }
        for (int i = 0; i < rows; i++) {
            System.arraycopy(row, 0, out, i * columns, columns);
        }
    }

    private static void fill(float[] row, int columns, float[] out, int first, int end) {
        for (int i = first; i < end; i++) {
            System.arraycopy(row, 0, out, i * columns, columns);
        }
    }
}
