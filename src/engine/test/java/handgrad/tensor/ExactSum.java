package handgrad.tensor;

import java.util.function.IntToDoubleFunction;

/** Sums with twice the digits of float64: what the sums of the engine are held against. */
final class ExactSum {
    private double high;
    private double low;

    /** The sum of n terms. */
    static double of(int n, IntToDoubleFunction term) {
        var sum = new ExactSum();
        for (int i = 0; i < n; i++) {
            sum.add(term.applyAsDouble(i));
        }
        return sum.value();
    }

    /** Σ (x - mean)² of n numbers, from the differences to the first, which are exact for floats of one magnitude. */
    static double squares(int n, IntToDoubleFunction x) {
        double first = n == 0 ? 0 : x.applyAsDouble(0);
        var sum = new ExactSum();
        for (int i = 0; i < n; i++) {
            sum.add(x.applyAsDouble(i) - first);
        }
        double mean = sum.value() / n;
        // What that mean was rounded by: Σ (x - mean) / n.
        double rest = of(n, i -> x.applyAsDouble(i) - first - mean) / n;
        return of(n, i -> {
            double deviation = x.applyAsDouble(i) - first - mean - rest;
            return deviation * deviation;
        });
    }

    /** Knuth's two-sum: what the addition loses goes to the low part. */
    void add(double term) {
        double sum = high + term;
        double part = sum - high;
        low += high - (sum - part) + (term - part);
        high = sum;
    }

    double value() {
        return high + low;
    }
}
