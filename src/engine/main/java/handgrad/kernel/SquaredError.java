package handgrad.kernel;

/** The mean squared error over n elements; the arrays of a call are all float[] or all double[]. */
public final class SquaredError {
    private static final ElementwiseLoop BACKWARD = ElementwiseLoop.of(
            (x, target, dX, n, _, from, to) -> {
                float factor = 2f / (float) n;
                for (int i = from; i < to; i++) {
                    dX[i] = factor * (x[i] - target[i]);
                }
            },
            (x, target, n, _) -> 2 * (x - target) / n);

    private SquaredError() {}

    /** Σ (x - target)² / n, added up in float64 from the first element to the last. */
    public static double forward(Object x, Object target, int n) {
        double sum = 0;
        if (x instanceof float[] floats) {
            float[] targets = (float[]) target;
            for (int i = 0; i < n; i++) {
                double difference = (double) floats[i] - targets[i];
                sum += difference * difference;
            }
        } else {
            double[] doubles = (double[]) x;
            double[] targets = (double[]) target;
            for (int i = 0; i < n; i++) {
                double difference = doubles[i] - targets[i];
                sum += difference * difference;
            }
        }
        return sum / n;
    }

    /** dX = 2 (x - target) / n. */
    public static void backward(Object x, Object target, Object dX, int n) {
        BACKWARD.run(x, target, dX, n, 0, n);
    }
}
