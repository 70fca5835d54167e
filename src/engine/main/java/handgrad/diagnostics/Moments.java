package handgrad.diagnostics;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;

/**
 * Mean and unbiased standard deviation of numbers.
 *
 * <p>Both come from one pass in float64 over the differences to the first number: they are exact for equal numbers, and
 * lose digits only where the mean is millions of deviations away from the first number.
 */
record Moments(double mean, double std) {
    static Moments of(float[] elements) {
        return ofDifference(elements, null);
    }

    /** Of a - b, elementwise; of a where b is null. */
    static Moments ofDifference(float[] a, float @org.jspecify.annotations.Nullable [] b) {
        int n = a.length;
        if (n == 0) {
            return new Moments(Double.NaN, Double.NaN);
        }
        double first = b == null ? a[0] : (double) a[0] - b[0];
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double x = (b == null ? a[i] : (double) a[i] - b[i]) - first;
            sum += x;
            squares += x * x;
        }
        double variance = (squares - sum * sum / n) / (n - 1);
        return new Moments(first + sum / n, Math.sqrt(n == 1 ? Double.NaN : Math.max(0, variance)));
    }

    /** The elements, in float32 where they are not already. */
    static float[] floats(Tensor tensor) {
        return tensor.to(DType.FLOAT32).floats();
    }
}
