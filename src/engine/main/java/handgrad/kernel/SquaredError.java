package handgrad.kernel;

/** The mean squared error over n elements. */
public final class SquaredError {
    private SquaredError() {}

    /** Σ (x - target)² / n, added up in float64. */
    public static double forward(float[] x, float[] target, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double difference = (double) x[i] - target[i];
            sum += difference * difference;
        }
        return sum / n;
    }

    /** As the float32 form, in float64. */
    public static double forward(double[] x, double[] target, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double difference = x[i] - target[i];
            sum += difference * difference;
        }
        return sum / n;
    }

    /** dX = 2 (x - target) / n. */
    public static void backward(float[] x, float[] target, float[] dX, int n) {
        float factor = 2f / n;
        for (int i = 0; i < n; i++) {
            dX[i] = factor * (x[i] - target[i]);
        }
    }

    /** As the float32 form, in float64. */
    public static void backward(double[] x, double[] target, double[] dX, int n) {
        for (int i = 0; i < n; i++) {
            dX[i] = 2 * (x[i] - target[i]) / n;
        }
    }
}
