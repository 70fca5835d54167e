package handgrad.app.sweep;

import java.util.Arrays;
import org.hipparchus.special.Beta;

/**
 * The mean of a sample and how sure it is.
 *
 * @param count how many values there are
 * @param mean of them; NaN for none
 * @param variance unbiased, divided by count − 1; NaN for fewer than two
 */
record SampleStatistics(int count, double mean, double variance) {
    private static final double CONFIDENCE = 0.95;

    /** Halvings of an interval of doubles below 2⁶⁴ down to their last bits. */
    private static final int HALVINGS = 120;

    /**
     * The test of B. L. Welch, "The generalization of Student's problem when several different population variances
     * are involved", Biometrika 34 (1947), for two means; all NaN where a variance is not known or both are 0.
     *
     * @param t the difference of the means over its standard error
     * @param degrees of freedom, by Satterthwaite's formula
     * @param p how likely so large a difference of either sign is where the means are the same
     */
    record Welch(double t, double degrees, double p) {}

    static SampleStatistics of(double... values) {
        int n = values.length;
        double mean = Arrays.stream(values).sum() / n;
        double squares = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return new SampleStatistics(n, mean, n < 2 ? Double.NaN : squares / (n - 1));
    }

    double deviation() {
        return Math.sqrt(variance);
    }

    /** Half the width of the interval that has the mean with a confidence of 95 %, by Student's t; NaN for one. */
    double halfWidth() {
        return count < 2 ? Double.NaN : quantile(count - 1) * Math.sqrt(variance / count);
    }

    /** Compares the mean with that of another sample. */
    Welch welch(SampleStatistics other) {
        double a = variance / count;
        double b = other.variance / other.count;
        if (!(a + b > 0)) {
            return new Welch(Double.NaN, Double.NaN, Double.NaN);
        }
        double t = (mean - other.mean) / Math.sqrt(a + b);
        double degrees = (a + b) * (a + b) / (a * a / (count - 1) + b * b / (other.count - 1));
        return new Welch(t, degrees, tails(t, degrees));
    }

    /** P(|T| ≥ |t|) of Student's t = I(ν / (ν + t²); ν/2, 1/2), with the regularised incomplete beta function I. */
    static double tails(double t, double degrees) {
        return Beta.regularizedBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
    }

    /** The t that |T| stays below with a probability of 95 %. */
    static double quantile(double degrees) {
        double low = 0;
        double high = 1;
        while (tails(high, degrees) > 1 - CONFIDENCE) {
            high *= 2;
        }
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (tails(middle, degrees) > 1 - CONFIDENCE) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /**
     * The p-values of several tests, corrected by S. Holm, "A simple sequentially rejective multiple test procedure",
     * Scandinavian Journal of Statistics 6 (1979): where all below α are believed, at least one is wrongly so with a
     * probability of at most α.
     *
     * @param p in ascending order
     */
    static double[] holm(double... p) {
        var corrected = new double[p.length];
        double least = 0;
        for (int i = 0; i < p.length; i++) {
            least = Math.max(least, Math.min(1, (p.length - i) * p[i]));
            corrected[i] = least;
        }
        return corrected;
    }
}
