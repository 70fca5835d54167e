package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * A loop over rows of arrays of one type, in which a row of the results depends on that row of the operands alone. As
 * for an {@link ElementwiseLoop}, {@link #run} decides which type it works on and whether threads share it.
 */
record RowLoop(Range<float[]> float32, Range<double[]> float64) {
    /** The rows from one index to before another. */
    @FunctionalInterface
    interface Range<A> extends Parallel.RowTask<A, A, A, A> {}

    /** One element in float64. */
    @FunctionalInterface
    interface Formula {
        double value(double a, double b, double c);
    }

    /** Rows of one element: d[i] = formula(a[i], b[i], c[i]). */
    static RowLoop of(Range<float[]> float32, Formula formula) {
        return new RowLoop(float32, (a, b, c, d, _, from, to) -> {
            for (int i = from; i < to; i++) {
                d[i] = formula.value(a[i], b[i], c[i]);
            }
        });
    }

    /** Rows of one element, of which one result is kept for the other: b[i] = kept(a[i]), c[i] = out(a[i], b[i]). */
    static RowLoop keeping(Range<float[]> float32, DoubleUnaryOperator kept, DoubleBinaryOperator out) {
        return new RowLoop(float32, (a, b, c, _, _, from, to) -> {
            for (int i = from; i < to; i++) {
                b[i] = kept.applyAsDouble(a[i]);
                c[i] = out.applyAsDouble(a[i], b[i]);
            }
        });
    }

    /** Does the rows of arrays that are all float[] or all double[]; float32 is cut into blocks of so many rows. */
    void run(int rows, int blockRows, int columns, Object a, Object b, Object c, Object d) {
        if (!(d instanceof float[] last)) {
            float64.run((double[]) a, (double[]) b, (double[]) c, (double[]) d, columns, 0, rows);
            return;
        }
        Parallel.overRows(rows, blockRows, columns, (float[]) a, (float[]) b, (float[]) c, last, float32);
    }
}
