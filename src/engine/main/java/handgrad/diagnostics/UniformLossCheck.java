package handgrad.diagnostics;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A loss that stays where a model is that tells nothing apart. It hardly differs from batch to batch then, unlike one
 * that only passes there.
 */
final class UniformLossCheck implements Check {
    private static final int WINDOW = 1000;

    /** How near to ln V the mean of each half of the window is, as a share of it. */
    private static final double NEAR = 0.01;

    /** How far from ln V a loss of the window is at most, as a share of it. */
    private static final double SPREAD = 0.1;

    @Override
    public Rule rule() {
        return Rule.LOSS_AT_UNIFORM;
    }

    @Override
    public boolean isOfCrossEntropy() {
        return true;
    }

    @Override
    public @Nullable String find(ObservedStep observed) {
        var losses = observed.losses();
        double uniform = observed.uniformLoss();
        if (losses.size() < WINDOW
                || !(Math.abs(losses.mean(WINDOW / 2, 0) - uniform) < NEAR * uniform)
                || !(Math.abs(losses.mean(WINDOW / 2, WINDOW / 2) - uniform) < NEAR * uniform)
                || !(losses.largest(WINDOW) - uniform < SPREAD * uniform)
                || !(uniform - losses.least(WINDOW) < SPREAD * uniform)) {
            return null;
        }
        return String.format(
                Locale.ROOT,
                "The mean loss of the last %,d steps is %.4f, which a uniform guess among %d classes has as well"
                        + " (ln %d = %.4f): the model has learned nothing. Check that each target belongs to its row,"
                        + " that gradients reach the parameters, and that the learning rate, %s, is not far too small.",
                WINDOW,
                losses.mean(WINDOW, 0),
                observed.classes(),
                observed.classes(),
                uniform,
                (float) observed.lr());
    }
}
