package handgrad.check.cause;

import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.tensor.Tensor;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gradients, or terms of them, that are a multiple of the right ones. */
final class FactorRules {
    /** Factors closer than this are taken for equal. */
    private static final double CLOSE = 1e-4;

    private FactorRules() {}

    static @Nullable Cause constantFactor(Evidence evidence) {
        double factor = dot(evidence.gradient(), evidence.expected()) / dot(evidence.expected(), evidence.expected());
        if (isOne(factor) || !evidence.equal(evidence.gradient().div(factor), evidence.expected())) {
            return null;
        }
        return explain("it", factor, evidence.counts());
    }

    static boolean isOne(double factor) {
        return isClose(factor, 1);
    }

    static boolean isClose(double factor, double wanted) {
        return Math.abs(factor - wanted) <= CLOSE * Math.abs(wanted);
    }

    static double dot(Tensor a, Tensor b) {
        double sum = 0;
        for (int i = 0; i < a.shape().elements(); i++) {
            sum += a.getFlat(i) * b.getFlat(i);
        }
        return sum;
    }

    /**
     * What a factor means.
     *
     * @param what the whole gradient, {@code it}, or a term
     * @param counts numbers of elements that a mean or a variance may run over
     */
    static Cause explain(String what, double factor, Set<Integer> counts) {
        if (isClose(factor, -1)) {
            return new Cause(Kind.SIGN, what + " has the wrong sign: multiply by -1, or subtract where it is added");
        }
        for (int n : counts) {
            if (n > 2 && isClose(factor, n)) {
                return new Cause(
                        Kind.MISSING_MEAN,
                        what + " is " + n + " times too large: a mean in the forward pass divides by n = " + n
                                + ", so does its gradient");
            }
            if (n > 2 && isClose(factor, 1.0 / n)) {
                return new Cause(
                        Kind.MISSING_MEAN,
                        what + " is " + n + " times too small: it is divided by n = " + n + " once too often");
            }
        }
        for (int n : counts) {
            if (n > 3 && isClose(factor, n - 1)) {
                return new Cause(
                        Kind.MISSING_MEAN,
                        what + " is " + (n - 1) + " times too large: a variance of n = " + n + " divides by n - 1 = "
                                + (n - 1) + ", so does its gradient");
            }
            if (n > 2 && isClose(factor, n / (n - 1.0))) {
                return new Cause(
                        Kind.VARIANCE,
                        what + " is " + n + "/" + (n - 1) + " times too large: a variance is divided by n - 1 = "
                                + (n - 1) + " where the forward pass divides by n = " + n);
            }
            if (n > 2 && isClose(factor, (n - 1.0) / n)) {
                return new Cause(
                        Kind.VARIANCE,
                        what + " is " + n + "/" + (n - 1) + " times too small: a variance is divided by n = " + n
                                + " where the forward pass divides by n - 1 = " + (n - 1));
            }
        }
        String size = Math.abs(factor) >= 1
                ? number(Math.abs(factor)) + " times too large"
                : number(1 / Math.abs(factor)) + " times too small";
        String sign = factor < 0 ? ", with the wrong sign" : "";
        String hint = isClose(factor, 0.5) || isClose(factor, 2)
                ? ": the derivative of x² is 2x, and a tensor that is used twice gets a gradient from each use"
                : ": look for a constant factor of the forward pass";
        return new Cause(Kind.CONSTANT_FACTOR, what + " is " + size + sign + hint);
    }

    private static String number(double value) {
        return Double.toString(Double.parseDouble(String.format(Locale.ROOT, "%.4g", value)))
                .replaceAll("\\.0$", "");
    }
}
