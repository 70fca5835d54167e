package handgrad.check.backward;

import handgrad.check.backward.Node.Kind;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;

/** Derivatives of elementwise operations, and what learners write in their place. */
final class Derivatives {
    private static final double H = 1e-5;

    private static final List<String> SUPERSCRIPTS = List.of("", "", "²", "³", "⁴");

    private Derivatives() {}

    private static Tensor map(Recorded y, DoubleBinaryOperator function) {
        var x = y.inputs().getFirst().content();
        var out = Tensor.zeros(DType.FLOAT64, x.shape());
        for (int i = 0; i < x.shape().elements(); i++) {
            out.setFlat(i, function.applyAsDouble(x.getFlat(i), y.content().getFlat(i)));
        }
        return out;
    }

    /** The derivative of y with respect to its only tensor. */
    static Node of(Recorded y) {
        var right = right(y);
        return Node.leaf(Kind.DERIVATIVE, right.getKey(), y, () -> map(y, right.getValue()));
    }

    private static Map.Entry<String, DoubleBinaryOperator> right(Recorded y) {
        var x = y.inputs().getFirst();
        String in = x.text();
        String out = y.text();
        double number = y.arguments().isEmpty() ? 0 : y.argument(0);
        double upper = y.arguments().size() < 2 ? 0 : y.argument(1);
        return switch (Objects.requireNonNull(y.operation())) {
            case ABS -> Map.entry("sign " + in, (a, _) -> Math.signum(a));
            case CLAMP -> Map.entry("1 where " + in + " is in range", (a, _) -> a >= number && a <= upper ? 1 : 0);
            case EXP -> Map.entry(out, (_, b) -> b);
            case LOG -> Map.entry("1/" + in, (a, _) -> 1 / a);
            case SQRT -> Map.entry("1/(2 " + out + ")", (_, b) -> 0.5 / b);
            case POW ->
                isInOutput(y)
                        ? Map.entry(
                                power(number, out, (number - 1) / number),
                                (_, b) -> number * Math.pow(b, (number - 1) / number))
                        : Map.entry(power(number, in, number - 1), (a, _) -> number * Math.pow(a, number - 1));
            case TANH -> Map.entry("1 - " + out + "²", (_, b) -> 1 - b * b);
            case SIGMOID -> Map.entry(out + " (1 - " + out + ")", (_, b) -> b * (1 - b));
            case RELU -> Map.entry("1 where " + in + " > 0", (a, _) -> a > 0 ? 1 : 0);
            case LEAKY_RELU -> Map.entry("1 where " + in + " > 0, else the slope", (a, _) -> a > 0 ? 1 : number);
            case SILU ->
                Map.entry("the derivative of silu", (a, b) -> {
                    double s = 1 / (1 + Math.exp(-a));
                    return s + b * (1 - s);
                });
            case DROPOUT -> Map.entry("the mask divided by 1 - p", (_, b) -> b == 0 ? 0 : 1 / (1 - number));
            default ->
                Map.entry(
                        "the derivative of " + y.operation(), (a, _) -> (geluTanh(a + H) - geluTanh(a - H)) / (2 * H));
        };
    }

    private static double geluTanh(double x) {
        return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    }

    private static String power(double factor, String x, double exponent) {
        var term = x.contains(" ") && !x.endsWith(")") && (factor != 1 || exponent != 1) ? "(" + x + ")" : x;
        var base = exponent == Math.rint(exponent) && exponent >= 1 && exponent <= 4
                ? term + SUPERSCRIPTS.get((int) exponent)
                : exponent == 0 ? "1" : term + "^" + Nodes.number(exponent);
        return factor == 1
                ? base
                : factor == -1 ? "-" + base : Nodes.number(factor) + (base.equals("1") ? "" : " " + base);
    }

    /** Wrong derivatives by what they are, in the names of the pass. */
    static Map<String, Tensor> wrong(Recorded y) {
        var found = new LinkedHashMap<String, DoubleBinaryOperator>();
        String in = y.inputs().getFirst().text();
        String out = y.text();
        double number = y.arguments().isEmpty() ? 0 : y.argument(0);
        switch (Objects.requireNonNull(y.operation())) {
            case POW -> {
                found.put(power(1, in, number - 1), (a, _) -> Math.pow(a, number - 1));
                found.put(power(number, in, number), (a, _) -> number * Math.pow(a, number));
                found.put(power(number, in, number - 2), (a, _) -> number * Math.pow(a, number - 2));
                found.put(power(1, in, number - 2), (a, _) -> Math.pow(a, number - 2));
                found.put(power(number - 1, in, number - 1), (a, _) -> (number - 1) * Math.pow(a, number - 1));
                found.put(power(number, in, number + 1), (a, _) -> number * Math.pow(a, number + 1));
                found.put(power(number, out, number - 1), (_, b) -> number * Math.pow(b, number - 1));
                if (isInOutput(y)) {
                    double exponent = (number - 1) / number;
                    for (double other = 1; other <= 4; other++) {
                        double n = other;
                        found.put(power(number, out, n), (_, b) -> number * Math.pow(b, n));
                        found.put(power(1, out, n), (_, b) -> Math.pow(b, n));
                        found.put(power(-1, out, n), (_, b) -> -Math.pow(b, n));
                    }
                    found.remove(power(number, out, exponent));
                }
            }
            case TANH -> {
                found.put("1 - " + in + "²", (a, _) -> 1 - a * a);
                found.put("1 - " + out, (_, b) -> 1 - b);
                found.put("1 + " + out + "²", (_, b) -> 1 + b * b);
                found.put("1 + " + out, (_, b) -> 1 + b);
                found.put(out + "²", (_, b) -> b * b);
                found.put("-" + out + "²", (_, b) -> -b * b);
                found.put(out + " (1 - " + out + ")", (_, b) -> b * (1 - b));
                found.put("1 - 2 " + out, (_, b) -> 1 - 2 * b);
                found.put("1 - " + out + "⁴", (_, b) -> 1 - b * b * b * b);
                found.put("1 - tanh²(" + out + ")", (_, b) -> 1 - Math.pow(Math.tanh(b), 2));
                found.put("(1 - " + out + ")²", (_, b) -> (1 - b) * (1 - b));
                found.put("2 " + out, (_, b) -> 2 * b);
            }
            case SIGMOID -> {
                found.put(in + " (1 - " + in + ")", (a, _) -> a * (1 - a));
                found.put(out + " (1 + " + out + ")", (_, b) -> b * (1 + b));
                found.put("1 - " + out, (_, b) -> 1 - b);
                found.put("1 - " + out + "²", (_, b) -> 1 - b * b);
                found.put(out + "² (1 - " + out + ")", (_, b) -> b * b * (1 - b));
            }
            case RELU -> {
                found.put("1 where " + in + " ≥ 0", (a, _) -> a >= 0 ? 1 : 0);
                found.put("1 where " + in + " < 0", (a, _) -> a < 0 ? 1 : 0);
                found.put("1 where " + in + " ≤ 0", (a, _) -> a <= 0 ? 1 : 0);
                found.put("1 where " + in + " is not 0", (a, _) -> a != 0 ? 1 : 0);
                found.put("1/2 where " + in + " is 0", (a, _) -> a > 0 ? 1 : a == 0 ? 0.5 : 0);
                found.put("the sign of " + in, (a, _) -> Math.signum(a));
            }
            case EXP -> found.put("1/" + out, (_, b) -> 1 / b);
            case LOG -> {
                found.put("1/" + out, (_, b) -> 1 / b);
                found.put("1/" + in + "²", (a, _) -> 1 / (a * a));
            }
            case SQRT -> {
                found.put("1/" + out, (_, b) -> 1 / b);
                found.put("1/(2 " + in + ")", (a, _) -> 0.5 / a);
            }
            case SILU -> found.put("sigmoid", (a, _) -> 1 / (1 + Math.exp(-a)));
            case DROPOUT -> {
                found.put("the mask without the division by 1 - p", (_, b) -> b == 0 ? 0 : 1);
                found.put("1/(1 - p) everywhere, without the mask", (_, _) -> 1 / (1 - number));
                found.put("the mask divided by p", (_, b) -> b == 0 ? 0 : 1 / number);
                found.put("the mask times 1 - p", (_, b) -> b == 0 ? 0 : 1 - number);
            }
            default -> {
                // The other derivatives have no usual confusion; that of the tensors themselves is tried for all.
            }
        }
        found.put(in, (a, _) -> a);
        found.put(out, (_, b) -> b);
        var tensors = new LinkedHashMap<String, Tensor>();
        found.forEach((text, function) -> tensors.put(text, map(y, function)));
        return tensors;
    }

    /** The same formula of another tensor, in each form that it is written in; none where it needs input and output. */
    static List<Tensor> at(Recorded y, Tensor tensor) {
        return switch (Objects.requireNonNull(y.operation())) {
            case TANH -> List.of(tensor.square().neg().add(1));
            case SIGMOID -> List.of(tensor.mul(tensor.neg().add(1)));
            case LOG -> List.of(tensor.pow(-1));
            case SQRT -> List.of(tensor.pow(-1).div(2));
            case POW -> {
                double n = y.argument(0);
                var ofInput = tensor.pow(n - 1).mul(n);
                yield isInOutput(y) ? List.of(ofInput, tensor.pow((n - 1) / n).mul(n)) : List.of(ofInput);
            }
            default -> List.of();
        };
    }

    /** Whether a power is known by its output, as the inverse of a root is. */
    private static boolean isInOutput(Recorded y) {
        double n = y.argument(0);
        return (y.name() != null || y.label() != null) && n < 0 && (n - 1) / n == Math.rint((n - 1) / n);
    }

    /** Of y = a / b: 1/b, or -a/b². */
    static Node ofQuotient(Recorded y, int input) {
        var a = y.inputs().get(0);
        var b = y.inputs().get(1);
        return input == 0
                ? Node.leaf(Kind.VALUE, "1/" + b.text(), null, () -> b.content().pow(-1))
                : Node.leaf(
                        Kind.VALUE,
                        "-" + a.text() + "/" + b.text() + "²",
                        null,
                        () -> a.content().neg().div(b.content().square()));
    }

    /** Of the larger or the smaller of two: 1 where this one is it, and half where both are. */
    static Node ofChoice(Recorded y, int input) {
        return Node.leaf(Kind.VALUE, "the mask of " + y.inputs().get(input).text(), null, () -> {
            var zeros = Tensor.zeros(DType.FLOAT64, y.content().shape());
            var own = zeros.add(y.inputs().get(input).content());
            var other = zeros.add(y.inputs().get(1 - input).content());
            var mask = zeros.copy();
            for (int i = 0; i < mask.shape().elements(); i++) {
                boolean is = own.getFlat(i) == y.content().getFlat(i);
                mask.setFlat(i, !is ? 0 : other.getFlat(i) == own.getFlat(i) ? 0.5 : 1);
            }
            return mask;
        });
    }

    /** Of where(condition, a, b): the condition, or its opposite. */
    static Node ofCondition(Recorded y, int input) {
        var condition = y.inputs().get(0).content();
        return Node.leaf(Kind.VALUE, input == 1 ? "the mask" : "1 - the mask", y, () -> {
            var mask = Tensor.zeros(DType.FLOAT64, condition.shape());
            for (int i = 0; i < mask.shape().elements(); i++) {
                mask.setFlat(i, (condition.getFlat(i) != 0) == (input == 1) ? 1 : 0);
            }
            return mask;
        });
    }
}
