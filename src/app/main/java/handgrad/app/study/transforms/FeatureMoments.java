package handgrad.app.study.transforms;

import java.util.Arrays;

/**
 * Moments of numbers, by two passes.
 *
 * @param mean m
 * @param variance Σ (x - m)² / n
 * @param skew Σ (x - m)³ / n over the third power of the deviation; 0 for a symmetric distribution, NaN for equal
 *     numbers
 */
record FeatureMoments(double mean, double variance, double skew) {
    /** Of at least one number. */
    static FeatureMoments of(double[] x) {
        double mean = Arrays.stream(x).average().orElse(Double.NaN);
        double squares = 0;
        double cubes = 0;
        for (double value : x) {
            double d = value - mean;
            squares += d * d;
            cubes += d * d * d;
        }
        double variance = squares / x.length;
        return new FeatureMoments(mean, variance, cubes / x.length / Math.pow(variance, 1.5));
    }

    /** The correlation of two features, from -1 to 1. */
    static double correlation(double[] x, double[] y) {
        var ofX = of(x);
        var ofY = of(y);
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (x[i] - ofX.mean()) * (y[i] - ofY.mean());
        }
        return sum / x.length / (ofX.deviation() * ofY.deviation());
    }

    double deviation() {
        return Math.sqrt(variance);
    }
}
