package handgrad.app.study.transforms;

import java.util.Arrays;

/**
 * Moments of numbers, by two passes over the numbers divided by a power of two near the largest, so that no square or
 * cube overflows or vanishes.
 *
 * @param mean m
 * @param deviation √(Σ (x - m)² / n)
 * @param skew Σ (x - m)³ / n over the third power of the deviation; 0 for a symmetric distribution, NaN for equal
 *     numbers
 */
record FeatureMoments(double mean, double deviation, double skew) {
    /** Of at least one number, all finite. */
    static FeatureMoments of(double[] x) {
        double largest = Arrays.stream(x).map(Math::abs).max().orElse(Double.NaN);
        int unit = largest > 0 ? Math.getExponent(largest) + 1 : 0;
        double[] scaled =
                Arrays.stream(x).map(value -> Math.scalb(value, -unit)).toArray();
        // The rounded mean of equal numbers may lie beside them.
        var range = Arrays.stream(scaled).summaryStatistics();
        double mean = Math.max(range.getMin(), Math.min(range.getAverage(), range.getMax()));
        double spread = Math.max(range.getMax() - mean, mean - range.getMin());
        int near = spread > 0 ? Math.getExponent(spread) : 0;
        double squares = 0;
        double cubes = 0;
        for (double value : scaled) {
            double d = Math.scalb(value - mean, -near);
            squares += d * d;
            cubes += d * d * d;
        }
        double deviation = Math.sqrt(squares / x.length);
        return new FeatureMoments(
                Math.scalb(mean, unit),
                Math.scalb(deviation, near + unit),
                cubes / x.length / (deviation * deviation * deviation));
    }

    /** The correlation of two features, from -1 to 1. */
    static double correlation(double[] x, double[] y) {
        var ofX = of(x);
        var ofY = of(y);
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += ofX.standardised(x[i]) * ofY.standardised(y[i]);
        }
        return sum / x.length;
    }

    /** (x - m) over the deviation; halves, because the difference of two numbers may overflow. */
    double standardised(double x) {
        return (x / 2 - mean / 2) / (deviation / 2);
    }

    /** The square of the deviation. */
    double variance() {
        return deviation * deviation;
    }
}
