package handgrad.kernel;

import java.util.function.IntToDoubleFunction;

/**
 * Mean and squared deviations of numbers in float64: what float64 tensors have, and what float32 falls back on where
 * its own sums would leave its range. Equal numbers have exactly their value as mean and exactly 0 as squares.
 *
 * @param mean the mean; NaN of no numbers
 * @param squares Σ (x - mean)²
 */
public record WideMoments(double mean, double squares) {
    /**
     * Of n numbers, by the corrected two-pass algorithm (Chan, Golub and LeVeque, "Algorithms for computing the sample
     * variance", The American Statistician, 1983). The mean is that of the differences to the first number, which are 0
     * where all are equal; what it is still wrong by is taken out of the squares.
     */
    public static WideMoments of(int n, IntToDoubleFunction x) {
        if (n == 0) {
            return new WideMoments(Double.NaN, 0);
        }
        double first = x.applyAsDouble(0);
        double mean = first + PairwiseSum.of(n, i -> x.applyAsDouble(i) - first) / n;
        double rest = PairwiseSum.of(n, i -> x.applyAsDouble(i) - mean) / n;
        double squares = PairwiseSum.of(n, i -> {
            double deviation = x.applyAsDouble(i) - mean;
            return deviation * deviation;
        });
        return new WideMoments(mean + rest, Math.max(0, squares - n * rest * rest));
    }
}
