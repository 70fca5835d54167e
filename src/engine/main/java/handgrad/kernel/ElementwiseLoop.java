package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;

/**
 * A loop in which element i of a result depends on element i of its operands alone. {@link #run} is the one place that
 * decides which type it works on, and whether threads share it: more than {@link Parallel#BLOCK} floats are cut into
 * blocks.
 *
 * <p>Loops are constants that capture nothing, so that a call allocates only where it is cut. A call of the loop
 * through its interface is paid once a block, not once an element. Float64 is for checking: there each element is a
 * call of a formula.
 */
record ElementwiseLoop(Range<float[]> float32, Range<double[]> float64) {
    /** The elements from one index to before another, in arrays of one type; p and q are numbers of the operation. */
    @FunctionalInterface
    interface Range<A> {
        void run(A a, A b, A out, double p, double q, int from, int to);
    }

    /** One element in float64. */
    @FunctionalInterface
    interface Formula {
        double value(double a, double b, double p, double q);
    }

    static ElementwiseLoop of(Range<float[]> float32, Formula formula) {
        return new ElementwiseLoop(float32, (a, b, out, p, q, from, to) -> {
            for (int i = from; i < to; i++) {
                out[i] = formula.value(a[i], b[i], p, q);
            }
        });
    }

    /** Does n elements of arrays that are all float[] or all double[]; out may be an operand. */
    void run(Object a, Object b, Object out, double p, double q, int n) {
        if (!(out instanceof float[] target)) {
            float64.run((double[]) a, (double[]) b, (double[]) out, p, q, 0, n);
            return;
        }
        float[] x = (float[]) a;
        float[] y = (float[]) b;
        if (n <= Parallel.BLOCK) {
            float32.run(x, y, target, p, q, 0, n);
        } else {
            Parallel.evenRanges(n, Parallel.BLOCK, (from, to) -> float32.run(x, y, target, p, q, from, to));
        }
    }
}
