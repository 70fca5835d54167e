package handgrad.diagnostics;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;

/**
 * What one pass over numbers tells.
 *
 * <p>Mean and deviation are sums in float64 of the differences to the first number: they are exact for equal numbers,
 * and lose digits only where the mean is millions of deviations away from the first number.
 *
 * @param mean NaN of no numbers
 * @param std unbiased; NaN of fewer than two numbers
 * @param zeros how many numbers are 0
 * @param least of the finite ones, +∞ where there is none
 * @param largest of the finite ones, -∞ where there is none
 */
record Moments(double mean, double std, int zeros, float least, float largest) {
    static Moments of(float[] elements) {
        int n = elements.length;
        var sums = new Sums();
        for (int from = 0; from < n; from += Sample.BLOCK) {
            sums.add(elements, from, Math.min(n, from + Sample.BLOCK));
        }
        double mean = n == 0 ? Double.NaN : elements[0] + sums.sum / n;
        double variance = n < 2 ? Double.NaN : (sums.squares - sums.sum * sums.sum / n) / (n - 1);
        return new Moments(mean, Math.sqrt(Math.max(0, variance)), sums.zeros, sums.least, sums.largest);
    }

    private static final class Sums {
        private double sum;
        private double squares;
        private int zeros;
        private float least = Float.POSITIVE_INFINITY;
        private float largest = Float.NEGATIVE_INFINITY;

        private void add(float[] elements, int from, int to) {
            double first = elements[0];
            for (int i = from; i < to; i++) {
                float element = elements[i];
                double x = element - first;
                sum += x;
                squares += x * x;
                if (element == 0) {
                    zeros++;
                }
                if (element < least && element != Float.NEGATIVE_INFINITY) {
                    least = element;
                }
                if (element > largest && element != Float.POSITIVE_INFINITY) {
                    largest = element;
                }
            }
        }
    }

    /** The elements, in float32 where they are not already. */
    static float[] floats(Tensor tensor) {
        return tensor.to(DType.FLOAT32).floats();
    }
}
