package handgrad.diagnostics;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A loss that stays where a model is that tells nothing apart. */
final class UniformLossCheck implements Check {
    private static final int WINDOW = 1000;

    /** How near to ln V the mean of the window is, as a share of it. */
    private static final double NEAR = 0.01;

    @Override
    public Rule rule() {
        return Rule.LOSS_AT_UNIFORM;
    }

    @Override
    public @Nullable String see(Look look) {
        if (look.losses().size() < WINDOW) {
            return null;
        }
        double mean = look.losses().mean(WINDOW, 0);
        if (!(Math.abs(mean - look.uniformLoss()) < NEAR * look.uniformLoss())) {
            return null;
        }
        return String.format(
                Locale.ROOT,
                "The mean loss of the last %,d steps is %.4f, which a uniform guess among %d classes has as well"
                        + " (ln %d = %.4f): the model has learned nothing. Check that each target belongs to its row, that"
                        + " gradients reach the parameters, and that the learning rate, %s, is not far too small.",
                WINDOW,
                mean,
                look.classes(),
                look.classes(),
                look.uniformLoss(),
                (float) look.lr());
    }
}
