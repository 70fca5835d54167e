package handgrad.kernel;

/** The mean squared error over n elements; the arrays of a call are all float[] or all double[]. */
public final class SquaredError {
    private static final ElementwiseLoop BACKWARD = ElementwiseLoop.of(
            (x, target, dX, n, _, from, to) -> {
                double factor = 2 / n;
                for (int i = from; i < to; i++) {
                    // In float64, because the difference of two floats need not be a float where its part of n is one.
                    dX[i] = (float) (factor * ((double) x[i] - target[i]));
                }
            },
            (x, target, n, _) -> 2 * (x - target) / n);

    private SquaredError() {}

    /**
     * Σ (x - target)² / n. Of floats it is added in float64 from the first element to the last, with a relative error
     * of at most n · 2⁻⁵³; of doubles it is a {@link PairwiseSum}.
     */
    public static double forward(Object x, Object target, int n) {
        if (x instanceof double[] doubles) {
            double[] targets = (double[]) target;
            return PairwiseSum.of(n, i -> (doubles[i] - targets[i]) * (doubles[i] - targets[i])) / n;
        }
        float[] floats = (float[]) x;
        float[] targets = (float[]) target;
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double difference = (double) floats[i] - targets[i];
            sum += difference * difference;
        }
        return sum / n;
    }

    /** dX = 2 (x - target) / n. */
    public static void backward(Object x, Object target, Object dX, int n) {
        BACKWARD.run(x, target, dX, n, 0, n);
    }
}
