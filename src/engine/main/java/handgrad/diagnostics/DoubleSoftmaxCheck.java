package handgrad.diagnostics;

import handgrad.tensor.Tensor;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A softmax before the cross-entropy, which has its own. Its logits lie between 0 and 1, so for V classes the loss of
 * a row lies between ln(1 + (V - 1)/e), where all of the first softmax is on the target, and ln(e + V - 1), where it
 * is on another class. Where the logits can be seen they tell at once; of a model in one piece the loss tells after a
 * while.
 */
final class DoubleSoftmaxCheck implements Check {
    private static final int WINDOW = 1000;

    /** What the loss still falls by from one window to the next, at most, where it has come to rest. */
    private static final double AT_REST = 0.02;

    private static final double ROUNDING = 1e-4;

    @Override
    public Rule rule() {
        return Rule.SOFTMAX_TWICE;
    }

    @Override
    public boolean isOfCrossEntropy() {
        return true;
    }

    @Override
    public @Nullable String find(ObservedStep observed) {
        var logits = observed.model().logits();
        if (logits != null && !areProbabilities(logits)) {
            return null;
        }
        int others = observed.classes() - 1;
        double floor = Math.log1p(others / Math.E);
        if (logits != null) {
            return seenInLogits(observed, floor);
        }
        return isHeldUp(observed, floor, Math.log(Math.E + others)) ? seenInLoss(observed, floor) : null;
    }

    private static String seenInLogits(ObservedStep observed, double floor) {
        return String.format(
                Locale.ROOT,
                "The logits of step %,d are probabilities, each row adds up to 1, and the cross-entropy applies a"
                        + " softmax once more: the loss cannot fall below ln(1 + %d/e) = %.4f. Take the softmax out of"
                        + " the model.",
                observed.step(),
                observed.classes() - 1,
                floor);
    }

    private static String seenInLoss(ObservedStep observed, double floor) {
        return String.format(
                Locale.ROOT,
                "The mean loss rests at %.4f, and none of the last %,d steps is below ln(1 + %d/e) = %.4f, the least"
                        + " after two softmaxes. If the model ends in a softmax, take it out: the cross-entropy has"
                        + " its own.",
                observed.losses().mean(WINDOW, 0),
                2 * WINDOW,
                observed.classes() - 1,
                floor);
    }

    private static boolean areProbabilities(Tensor logits) {
        int classes = logits.size(-1);
        float[] elements = Moments.floats(logits);
        for (int row = 0; row < elements.length; row += classes) {
            double sum = 0;
            for (int i = row; i < row + classes; i++) {
                if (!(elements[i] >= 0)) {
                    return false;
                }
                sum += elements[i];
            }
            if (!(Math.abs(sum - 1) < ROUNDING)) {
                return false;
            }
        }
        return classes > 1 && elements.length > 0;
    }

    private static boolean isHeldUp(ObservedStep observed, double floor, double ceiling) {
        var losses = observed.losses();
        return losses.size() >= 2 * WINDOW
                && losses.least(2 * WINDOW) >= floor - ROUNDING
                && losses.largest(2 * WINDOW) <= ceiling + ROUNDING
                && losses.mean(WINDOW, WINDOW) - losses.mean(WINDOW, 0) < AT_REST;
    }
}
