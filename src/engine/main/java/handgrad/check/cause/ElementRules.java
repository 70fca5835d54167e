package handgrad.check.cause;

import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Mistakes that show in single elements. */
final class ElementRules {
    private ElementRules() {}

    static List<Cause> notFinite(Evidence evidence) {
        var gradient = evidence.gradient();
        for (int i = 0; i < gradient.shape().elements(); i++) {
            if (!Double.isFinite(gradient.getFlat(i))) {
                return List.of(new Cause(
                        Kind.NOT_FINITE,
                        "at " + Tensors.index(gradient.shape(), i) + " it is " + gradient.getFlat(i)
                                + ": look for a division by zero, the logarithm of zero or an exp that overflows"));
            }
        }
        if (!Tensors.isFinite(evidence.expected())) {
            return List.of(new Cause(
                    Kind.NOT_FINITE, "the forward pass gives no finite number close to this input: choose another"));
        }
        return List.of();
    }

    static List<Cause> stale(Evidence evidence) {
        return evidence.stale().getAsBoolean()
                ? List.of(new Cause(
                        Kind.STALE,
                        "it belongs to an earlier batch: backward uses something that an earlier forward pass kept;"
                                + " keep it anew in each forward pass"))
                : List.of();
    }

    static List<Cause> zero(Evidence evidence) {
        return Tensors.largest(evidence.gradient()) == 0
                ? List.of(new Cause(
                        Kind.ZERO,
                        "it is zero everywhere: nothing is added to it, it is set to zero after it was, or it is"
                                + " multiplied by a quotient of whole numbers, such as 1/2, which is 0 in Java"))
                : List.of();
    }

    /** It is the absolute value of the right gradient. */
    static List<Cause> absolute(Evidence evidence) {
        return evidence.equal(evidence.gradient(), evidence.expected().abs())
                ? List.of(new Cause(
                        Kind.SIGN,
                        "it is the absolute value of the right gradient: the sign of each element belongs" + " to it"))
                : List.of();
    }

    /** Large elements are cut off at a bound. */
    static List<Cause> clipped(Evidence evidence) {
        double bound = Tensors.largest(evidence.gradient());
        var wrong = wrong(evidence);
        return wrong.size() > 1
                        && wrong.size() < evidence.expected().shape().elements()
                        && evidence.equal(
                                evidence.gradient(), evidence.expected().clamp(-bound, bound))
                ? List.of(new Cause(
                        Kind.CHANGED,
                        String.format(
                                Locale.ROOT,
                                "its elements are cut off at %.4g: backward gives the gradient itself, clipping comes"
                                        + " after all of it",
                                bound)))
                : List.of();
    }

    static List<Cause> oneElement(Evidence evidence) {
        var wrong = wrong(evidence);
        if (wrong.size() != 1 || evidence.expected().shape().elements() < 3) {
            return List.of();
        }
        return List.of(new Cause(
                Kind.ONE_ELEMENT,
                "only the element " + Tensors.index(evidence.expected().shape(), wrong.getFirst())
                        + " is wrong, all others are right: look for what treats it differently"));
    }

    static List<Cause> oneElementInEachRow(Evidence evidence) {
        var shape = evidence.expected().shape();
        var wrong = wrong(evidence);
        if (evidence.isRecorded() || shape.rank() < 2 || shape.size(-1) < 3 || wrong.size() < 2) {
            return List.of();
        }
        long rows = wrong.stream().map(i -> i / shape.size(-1)).distinct().count();
        if (rows < wrong.size()) {
            return List.of();
        }
        return List.of(new Cause(
                Kind.MISSING_TERM,
                "in each row at most one element is wrong: a term with the one-hot of a target or of a maximum is"
                        + " missing or has another factor"));
    }

    /** Of a gradient that is right beside its largest element: an element that is wrong for its own size, if any. */
    static @Nullable Cause small(Evidence evidence) {
        Tensor gradient = evidence.gradient();
        Tensor expected = evidence.expected();
        int worst = -1;
        double most = 0;
        for (int i = 0; i < gradient.shape().elements(); i++) {
            double given = gradient.getFlat(i);
            double right = expected.getFlat(i);
            double difference = Math.abs(given - right);
            if (difference > Math.max(most, Evidence.CLOSE * Math.max(Math.abs(given), Math.abs(right)))) {
                worst = i;
                most = difference;
            }
        }
        return worst < 0
                ? null
                : new Cause(
                        Kind.UNKNOWN,
                        String.format(
                                Locale.ROOT,
                                "the element %s is %.6g where %.6g is right, both small beside the largest, %.1e: look"
                                        + " for what treats the small elements differently",
                                Tensors.index(expected.shape(), worst),
                                gradient.getFlat(worst),
                                expected.getFlat(worst),
                                Tensors.largest(expected)));
    }

    private static List<Integer> wrong(Evidence evidence) {
        Tensor gradient = evidence.gradient();
        var wrong = new ArrayList<Integer>();
        for (int i = 0; i < gradient.shape().elements(); i++) {
            if (!evidence.equal(gradient.getFlat(i), evidence.expected().getFlat(i))) {
                wrong.add(i);
            }
        }
        return wrong;
    }
}
