package handgrad.app.diagram;

import handgrad.check.pass.PassGraph.Value;
import handgrad.tensor.Op;

/** The formulas and the gradients of losses, as text. */
final class LossText {
    private LossText() {}

    private static double divisor(Value value) {
        return value.arguments().getFirst();
    }

    /** Whether it is a sum over several targets. */
    private static boolean isSum(Value value) {
        return divisor(value) == 1 && targets(value) != 1;
    }

    /** Whether it is divided by another number than that of its targets or of their weights. */
    private static boolean isPerRow(Value value) {
        return !value.is(Op.NLL_LOSS) && !value.is(Op.WEIGHTED_CROSS_ENTROPY) && divisor(value) != targets(value);
    }

    private static int targets(Value value) {
        return value.inputs().get(1).shape().elements();
    }

    /** A mean or a sum of what is computed of each element or row. */
    private static String reduced(Value value, String body) {
        if (isSum(value)) {
            return "Σ " + body;
        }
        return (isPerRow(value) ? "1/" + FormulaText.number(divisor(value)) + " Σ " : "mean ") + body;
    }

    /** The gradient of the sum, divided as the sum is. */
    private static Term divided(Value value, Term sum, String count) {
        if (isSum(value)) {
            return sum;
        }
        return sum.over(isPerRow(value) ? FormulaText.number(divisor(value)) : count);
    }

    /** A loss that has a target for each element. */
    static String pointwise(Value value, FormulaText formula) {
        var x = formula.factor(value.inputs().getFirst());
        var target = formula.factor(value.inputs().get(1));
        return reduced(
                value,
                switch (value.operation()) {
                    case L1_LOSS -> "|%s − %s|".formatted(x, target);
                    case HUBER_LOSS -> "huber(%s − %s, %s)".formatted(x, target, delta(value));
                    case BCE_WITH_LOGITS_LOSS -> "(ln(1 + exp(%1$s)) − %2$s∘%1$s)".formatted(x, target);
                    case KL_DIV_LOSS -> "%2$s∘(ln %2$s − %1$s)".formatted(x, target);
                    case null, default -> "(%s − %s)²".formatted(x, target);
                });
    }

    private static String delta(Value value) {
        return FormulaText.number(value.arguments().get(1));
    }

    /** The gradient of x of a loss that has a target for each element. */
    static Term gradient(Value value, Term d, FormulaText formula) {
        var input = value.inputs().getFirst();
        var x = formula.factor(input);
        var target = formula.factor(value.inputs().get(1));
        var difference = x + " − " + target;
        var sum = switch (value.operation()) {
            case L1_LOSS -> d.times("sign(" + difference + ")", input.shape());
            case HUBER_LOSS -> d.times("clamp(%s, ±%s)".formatted(difference, delta(value)), input.shape());
            case BCE_WITH_LOGITS_LOSS -> d.times("(σ(%s) − %s)".formatted(x, target), input.shape());
            case KL_DIV_LOSS -> d.times(target, input.shape()).negated();
            case null, default -> d.times("(" + difference + ")", input.shape()).scaled("2");
        };
        return divided(value, sum, String.valueOf(input.shape().elements()));
    }

    /** The gradient of its target. */
    static Term gradientOfTarget(Value value, Term d, FormulaText formula) {
        var input = value.inputs().getFirst();
        var x = formula.factor(input);
        var count = String.valueOf(input.shape().elements());
        return switch (value.operation()) {
            case BCE_WITH_LOGITS_LOSS ->
                divided(value, d.times(x, input.shape()).negated(), count);
            case KL_DIV_LOSS -> {
                var target = formula.factor(value.inputs().get(1));
                yield divided(value, d.times("(ln %s + 1 − %s)".formatted(target, x), input.shape()), count);
            }
            case null, default -> gradient(value, d, formula).negated();
        };
    }

    private static boolean isWeighted(Value value) {
        return value.arguments().get(1) == 1;
    }

    /** A loss that has a class as its target in each row. */
    static String ofClasses(Value value, FormulaText formula) {
        var x = value.inputs().getFirst();
        var targets = formula.factor(value.inputs().get(1));
        var weights = isWeighted(value) ? ", weighted" : "";
        if (value.arguments().size() == 2) {
            return "−" + reduced(value, formula.factor(x) + "[" + targets + "]") + weights;
        }
        double smoothing = value.arguments().get(2);
        var smoothed = smoothing == 0 ? "" : ", smoothing " + FormulaText.number(smoothing);
        return reduced(value, "crossEntropy(%s, %s%s)".formatted(formula.factor(x), targets, smoothed)) + weights;
    }

    /** -1 at the targets, times their weights. */
    static Term likelihoodGradient(Value value, Term d, FormulaText formula) {
        var x = value.inputs().getFirst();
        var targets = formula.factor(value.inputs().get(1));
        var sum = isWeighted(value) ? d.times("w[" + targets + "]", x.shape()) : d.withShape(x.shape());
        return divided(value, sum.negated(), count(value, targets)).where("at (i, " + targets + "_i), else 0");
    }

    /** (softmax − onehot) / n, with weights and smoothing where there are any. */
    static Term crossEntropyGradient(Value value, Term d, FormulaText formula) {
        var x = value.inputs().getFirst();
        var targets = formula.factor(value.inputs().get(1));
        var softmax = "softmax(" + formula.factor(x) + ")";
        double smoothing = value.arguments().get(2);
        var share = FormulaText.number(smoothing) + "/" + x.shape().size(-1);
        var rest = FormulaText.number(1 - smoothing);
        String body;
        if (smoothing == 0) {
            body = (isWeighted(value) ? "w[" + targets + "]∘" : "") + "(%s − onehot(%s))".formatted(softmax, targets);
        } else if (isWeighted(value)) {
            body = "(%1$s w[%2$s]∘(%3$s − onehot(%2$s)) + %4$s (Σw∘%3$s − w))".formatted(rest, targets, softmax, share);
        } else {
            body = "(%s − %s onehot(%s) − %s)".formatted(softmax, rest, targets, share);
        }
        return divided(value, d.times(body, x.shape()), count(value, targets));
    }

    private static String count(Value value, String targets) {
        return isWeighted(value) ? "Σw[" + targets + "]" : "n";
    }
}
