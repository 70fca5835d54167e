package handgrad.kernel;

/** The squared error over n elements, divided; the arrays of a call are all float[] or all double[]. */
public final class SquaredError {
    private static final ElementwiseLoop BACKWARD = ElementwiseLoop.of(
            (x, target, dX, divisor, _, from, to) -> {
                double factor = 2 / divisor;
                for (int i = from; i < to; i++) {
                    // In float64, because the difference of two floats need not be a float where its part is one.
                    dX[i] = (float) (factor * ((double) x[i] - target[i]));
                }
            },
            (x, target, divisor, _) -> 2 * (x - target) / divisor);

    private SquaredError() {}

    /**
     * Σ (x - target)² / divisor over n elements. Of floats it is added in float64 from the first element to the last,
     * with a relative error of at most n · 2⁻⁵³; of doubles it is a {@link PairwiseSum}.
     */
    public static double forward(Object x, Object target, int n, int divisor) {
        if (x instanceof double[] doubles) {
            double[] targets = (double[]) target;
            return PairwiseSum.of(n, i -> (doubles[i] - targets[i]) * (doubles[i] - targets[i])) / divisor;
        }
        float[] floats = (float[]) x;
        float[] targets = (float[]) target;
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double difference = (double) floats[i] - targets[i];
            sum += difference * difference;
        }
        return sum / divisor;
    }

    /** dX = 2 (x - target) / divisor, n elements. */
    public static void backward(Object x, Object target, Object dX, int n, int divisor) {
        BACKWARD.run(x, target, dX, divisor, 0, n);
    }
}
