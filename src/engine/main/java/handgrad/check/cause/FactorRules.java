package handgrad.check.cause;

import handgrad.check.difference.FactorText;
import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Gradients, or terms of them, that are a multiple of the right ones. */
final class FactorRules {
    /** Factors closer than this are taken for equal. */
    private static final double CLOSE = 1e-4;

    private static final List<String> SUPERSCRIPTS = List.of("", "", "²", "³", "⁴");

    private FactorRules() {}

    /** The gradient is the right one times a number that a usual mistake makes. */
    static List<Cause> knownFactor(Evidence evidence) {
        double factor = factor(evidence);
        return Double.isNaN(factor) ? List.of() : known("it", factor, evidence);
    }

    /** The gradient is the right one times some number. */
    static List<Cause> constantFactor(Evidence evidence) {
        double factor = factor(evidence);
        return Double.isNaN(factor) || isOneNumber(evidence) ? List.of() : List.of(constant("it", factor));
    }

    /** A single number is always a multiple of another: what can be said where no rule has found more. */
    static List<Cause> ratio(Evidence evidence) {
        double factor = factor(evidence);
        return Double.isNaN(factor) || !isOneNumber(evidence)
                ? List.of()
                : List.of(new Cause(
                        Kind.CONSTANT_FACTOR,
                        "it is " + size(factor) + ", " + difference(evidence)
                                + ", and of one number no more can be told: compare its formula with"
                                + " the forward pass, factor by factor"));
    }

    /** By how much one number is too large or too small, and what is right. */
    private static String difference(Evidence evidence) {
        double right = evidence.expected().getFlat(0);
        double difference = evidence.gradient().getFlat(0) - right;
        return FactorText.of(Math.abs(difference)) + (difference > 0 ? " more" : " less") + " than the right "
                + FactorText.of(right);
    }

    private static boolean isOneNumber(Evidence evidence) {
        return evidence.expected().shape().elements() == 1;
    }

    /** What the right gradient is to be multiplied by to give this one; NaN where there is no such number. */
    private static double factor(Evidence evidence) {
        var gradient = evidence.gradient();
        var expected = evidence.expected();
        double factor = dot(gradient, expected) / dot(expected, expected);
        if (!evidence.equal(gradient.div(factor), expected)) {
            return Double.NaN;
        }
        // Close to 1 the right gradient itself is hardly farther away: the factor must leave much less of it.
        double rest = Tensors.largest(gradient.sub(expected.mul(factor)));
        return rest < 0.1 * Tensors.largest(evidence.difference()) ? factor : Double.NaN;
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
     * What a factor means: every usual mistake that makes it, or that it is some constant.
     *
     * @param what the whole gradient, {@code it}, or a term
     */
    static List<Cause> explain(String what, double factor, Evidence evidence) {
        var causes = known(what, factor, evidence);
        return causes.isEmpty() ? List.of(constant(what, factor)) : causes;
    }

    private static List<Cause> known(String what, double factor, Evidence evidence) {
        if (isClose(factor, -1)) {
            return List.of(
                    new Cause(Kind.SIGN, what + " has the wrong sign: multiply by -1, or subtract where it is added"));
        }
        var causes = new ArrayList<Cause>();
        var counts = evidence.counts();
        // A square is likelier than a mean of two, a mean of three likelier than a cube.
        addPower(what, factor, 2, causes);
        for (int n : counts) {
            if (isClose(factor, n)) {
                causes.add(new Cause(
                        Kind.MISSING_MEAN,
                        what + " is " + n + " times too large: a mean in the forward pass divides by n = "
                                + evidence.size(n) + ", so does its gradient"));
            }
            if (isClose(factor, 1.0 / n)) {
                causes.add(new Cause(
                        Kind.MISSING_MEAN,
                        what + " is " + n + " times too small: it is divided by n = " + evidence.size(n)
                                + " once too often"));
            }
        }
        for (int n : counts) {
            if (n > 2) {
                addVariance(what, factor, n, causes);
            }
        }
        addPower(what, factor, 3, causes);
        addPower(what, factor, 4, causes);
        return causes;
    }

    private static void addVariance(String what, double factor, int n, List<Cause> causes) {
        if (n > 3 && isClose(factor, n - 1)) {
            causes.add(new Cause(
                    Kind.MISSING_MEAN,
                    what + " is " + (n - 1) + " times too large: a variance of n = " + n + " divides by n - 1 = "
                            + (n - 1) + ", so does its gradient"));
        }
        if (isClose(factor, n / (n - 1.0))) {
            causes.add(new Cause(
                    Kind.VARIANCE,
                    what + " is " + n + "/" + (n - 1) + " times too large: a variance is divided by n - 1 = " + (n - 1)
                            + " where the forward pass divides by n = " + n));
        }
        if (isClose(factor, (n - 1.0) / n)) {
            causes.add(new Cause(
                    Kind.VARIANCE,
                    what + " is " + n + "/" + (n - 1) + " times too small: a variance is divided by n = " + n
                            + " where the forward pass divides by n - 1 = " + (n - 1)));
        }
    }

    private static void addPower(String what, double factor, int exponent, List<Cause> causes) {
        boolean large = isClose(factor, exponent);
        if (large || isClose(factor, 1.0 / exponent)) {
            String power = exponent + "x" + SUPERSCRIPTS.get(exponent - 1);
            causes.add(new Cause(
                    Kind.CONSTANT_FACTOR,
                    what + " is " + exponent + " times too " + (large ? "large" : "small") + ": the derivative of x"
                            + SUPERSCRIPTS.get(exponent) + " is " + power
                            + (exponent == 2
                                    ? ", and a tensor that is used twice gets a gradient from each use"
                                    : ", or another constant factor of the forward pass is " + exponent)));
        }
    }

    private static Cause constant(String what, double factor) {
        return new Cause(
                Kind.CONSTANT_FACTOR,
                what + " is " + size(factor) + ": look for a constant factor of the forward pass");
    }

    private static String size(double factor) {
        String size = Math.abs(factor) >= 1
                ? FactorText.of(Math.abs(factor)) + " times too large"
                : FactorText.of(1 / Math.abs(factor)) + " times too small";
        return size + (factor < 0 ? ", with the wrong sign" : "");
    }
}
