package handgrad.check.backward;

import handgrad.check.difference.FactorText;
import handgrad.check.result.Cause;
import handgrad.tensor.Op;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What it may mean that a whole gradient is a multiple of the right one. */
final class Multiples {
    /** Factors closer than this, relatively, are taken for equal. */
    private static final double CLOSE = 1e-6;

    /** Kinds of mistakes that make a factor. */
    private static final Set<Cause.Kind> FACTORS = EnumSet.of(
            Cause.Kind.SIGN,
            Cause.Kind.CONSTANT_FACTOR,
            Cause.Kind.MISSING_MEAN,
            Cause.Kind.VARIANCE,
            Cause.Kind.OVERWRITTEN,
            Cause.Kind.ZERO);

    private static final double[] USUAL = {1.5, 2, 3, 4, 10, 100};

    private final double factor;
    private final List<Recorded> values;
    private final String what;
    private final List<Cause> causes = new ArrayList<>();

    private Multiples(double factor, List<Recorded> values) {
        this.factor = factor;
        this.values = values;
        this.what = "it is " + size(factor);
    }

    /** What the gradient is the right one times, the same for all elements; NaN where it is no such multiple. */
    static double factor(Tensor given, Tensor expected) {
        int largest = 0;
        for (int i = 0; i < expected.shape().elements(); i++) {
            largest = Math.abs(expected.getFlat(i)) > Math.abs(expected.getFlat(largest)) ? i : largest;
        }
        double factor = given.getFlat(largest) / expected.getFlat(largest);
        return factor != 0 && Double.isFinite(factor) && BackwardSearch.equal(given, expected.mul(factor), CLOSE)
                ? factor
                : Double.NaN;
    }

    static boolean hasFactor(List<Cause> causes) {
        return causes.stream().anyMatch(cause -> FACTORS.contains(cause.kind()));
    }

    /** Causes, and beside them what the factor tells: of one number every cause gives a factor, so it says less. */
    static List<Cause> beside(
            List<Cause> causes, double factor, Recorded x, List<Recorded> values, boolean isOneNumber) {
        if (!isOneNumber) {
            return Stream.concat(of(factor, x, values).stream(), causes.stream())
                    .toList();
        }
        return isUsual(factor)
                ? Stream.concat(causes.stream(), of(factor, x, values).stream().limit(1))
                        .toList()
                : causes;
    }

    /** All that it may mean; the likeliest first. */
    private static List<Cause> of(double factor, Recorded x, List<Recorded> values) {
        var multiples = new Multiples(factor, values);
        var summed = summed(x, values);
        multiples.means(summed);
        multiples.divisions();
        multiples.variances();
        multiples.powers();
        if (multiples.causes.stream().noneMatch(cause -> cause.kind() == Cause.Kind.CONSTANT_FACTOR)) {
            multiples.add(Cause.Kind.CONSTANT_FACTOR, "look for a constant factor of the forward pass");
        }
        multiples.sizes(summed);
        return multiples.causes;
    }

    /** Whether it is a factor that is often forgotten or added. */
    private static boolean isUsual(double factor) {
        double size = Math.abs(factor);
        return Arrays.stream(USUAL).anyMatch(usual -> isClose(size, usual) || isClose(size, 1 / usual));
    }

    private static boolean isWhole(double value) {
        return Math.rint(value) != 0 && Math.abs(value - Math.rint(value)) < CLOSE * Math.abs(value);
    }

    private static boolean isClose(double a, double b) {
        return Math.abs(a - b) <= CLOSE * Math.abs(b);
    }

    private void add(Cause.Kind kind, String why) {
        causes.add(new Cause(kind, what + ": " + why));
    }

    /** A mean where the gradient is a sum. */
    private void means(Set<Integer> summed) {
        for (int n : summed) {
            if (n > 2 && !divisors().contains((double) n) && isClose(factor, 1.0 / n)) {
                add(
                        Cause.Kind.MISSING_MEAN,
                        "it is divided by n = " + n + ", over which it is summed, as in a mean where the sum is right");
            }
        }
    }

    /** The sizes of dimensions along which x, or what has its elements alone, was repeated: its gradient is a sum. */
    private static Set<Integer> summed(Recorded x, List<Recorded> values) {
        var forms = new ArrayList<>(List.of(x));
        var sizes = new TreeSet<Integer>();
        for (var value : values) {
            var shape = value.content().shape();
            for (var input : value.inputs()) {
                if (!forms.contains(input)) {
                    continue;
                }
                if (value.inputs().size() == 1
                        && shape.elements() == x.content().shape().elements()) {
                    forms.add(value);
                } else {
                    sizes.addAll(repetitions(input.content().shape(), shape));
                }
            }
        }
        return sizes;
    }

    /** The sizes of the dimensions of a result that an input of this shape does not have as large. */
    private static List<Integer> repetitions(Shape input, Shape result) {
        var sizes = new ArrayList<Integer>();
        for (int i = 0; i < result.rank(); i++) {
            int own = input.rank() - result.rank() + i;
            if (own < 0 || input.size(own) < result.size(i)) {
                sizes.add(result.size(i));
            }
        }
        return sizes;
    }

    private void divisions() {
        for (double n : divisors()) {
            String number = Nodes.number(n);
            if (isClose(Math.abs(factor), 1 / n)) {
                add(Cause.Kind.MISSING_MEAN, "it is divided by n = " + number + " once too often");
            } else if (isClose(Math.abs(factor), n)) {
                add(
                        Cause.Kind.MISSING_MEAN,
                        "a mean or a quotient in the forward pass divides by " + number + ", so does its gradient");
            }
        }
    }

    /** Sizes of tensors that nothing is divided by in the forward pass; a mean over what is summed is told before. */
    private void sizes(Set<Integer> summed) {
        var sizes = new TreeSet<Integer>();
        for (var value : values) {
            for (int size : value.content().shape().toArray()) {
                sizes.add(size);
            }
        }
        sizes.removeIf(n -> n < 3 || divisors().contains((double) n));
        for (int n : sizes) {
            if (isClose(factor, 1.0 / n) && !summed.contains(n)) {
                add(
                        Cause.Kind.MISSING_MEAN,
                        "it is divided by n = " + n + ", the size of a dimension, as in a mean where the sum is right");
            } else if (isClose(factor, n)) {
                add(
                        Cause.Kind.MISSING_MEAN,
                        "it is summed over a dimension of size n = " + n + " once too often, or a mean is missing");
            }
        }
    }

    private Set<Double> divisors() {
        var divisors = new TreeSet<Double>();
        for (var value : values) {
            if (value.inputs().size() == 1 && value.operation() == Op.DIV) {
                divisors.add(Math.abs(value.argument(0)));
            } else if (value.inputs().size() == 1 && value.operation() == Op.MUL && Math.abs(value.argument(0)) < 1) {
                divisors.add(1 / Math.abs(value.argument(0)));
            }
        }
        divisors.removeIf(n -> n < 1 + CLOSE);
        return divisors;
    }

    /** n is divided by where n - 1 is right, or the other way round, once or twice. */
    private void variances() {
        for (double n : divisors()) {
            for (double count : new double[] {n, n + 1}) {
                double ratio = count / (count - 1);
                if (count > 2
                        && isWhole(count)
                        && (isClose(factor, ratio)
                                || isClose(factor, 1 / ratio)
                                || isClose(factor, ratio * ratio)
                                || isClose(factor, 1 / (ratio * ratio)))) {
                    add(
                            Cause.Kind.VARIANCE,
                            "n = " + Nodes.number(count) + " and n - 1 = " + Nodes.number(count - 1)
                                    + " are exchanged, the divisors of a mean and of a variance");
                    return;
                }
            }
        }
    }

    static boolean isTwo(double factor) {
        return isClose(factor, 2) || isClose(factor, 0.5);
    }

    private void powers() {
        if (isTwo(factor)) {
            add(
                    Cause.Kind.CONSTANT_FACTOR,
                    "the derivative of x² is 2x, and a tensor that is used twice gets a gradient from each use");
        }
        for (var value : values) {
            double k = value.operation() == Op.POW ? Math.abs(value.argument(0)) : 2;
            if (k != 2 && (isClose(Math.abs(factor), k) || isClose(Math.abs(factor), 1 / k))) {
                String exponent = Nodes.number(value.argument(0));
                add(
                        Cause.Kind.CONSTANT_FACTOR,
                        "the derivative of x^" + exponent + " is " + exponent + " x^"
                                + Nodes.number(value.argument(0) - 1));
                return;
            }
        }
    }

    private static String size(double factor) {
        double size = Math.abs(factor);
        String text = size >= 1
                ? FactorText.of(size) + " times too large"
                : FactorText.of(1 / size) + " times too small, " + FactorText.of(size) + " of the right one";
        return text + (factor < 0 ? ", with the wrong sign" : "");
    }
}
