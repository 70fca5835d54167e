package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;

/**
 * A loop over rows of arrays of one type, in which a row of the results depends on that row of the operands alone. As
 * for an {@link ElementwiseLoop}, {@link #run} decides which type it works on and whether threads share it.
 */
record RowLoop(Range<float[]> float32, Range<double[]> float64) {
    /** The rows from one index to before another. */
    @FunctionalInterface
    interface Range<A> extends Parallel.RowTask<A, A, A, A> {}

    /** Does the rows of arrays that are all float[] or all double[]; float32 is cut into blocks of so many rows. */
    void run(int rows, int blockRows, int columns, Object a, Object b, Object c, Object d) {
        if (!(d instanceof float[] last)) {
            float64.run((double[]) a, (double[]) b, (double[]) c, (double[]) d, columns, 0, rows);
            return;
        }
        Parallel.overRows(rows, blockRows, columns, (float[]) a, (float[]) b, (float[]) c, last, float32);
    }
}
