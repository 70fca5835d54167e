package handgrad.diagnostics;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The first loss of a model that is sure of itself before it has learned anything. */
final class FirstLossCheck implements Check {
    /** Healthy networks of the lectures start at 1.0 to 1.15 times ln V, makemore part 3's bad example at 8.5 times. */
    private static final double FACTOR = 1.5;

    @Override
    public Rule rule() {
        return Rule.LOSS_AT_START;
    }

    @Override
    public boolean isOfCrossEntropy() {
        return true;
    }

    @Override
    public @Nullable String find(ObservedStep observed) {
        if (observed.step() > 0 || !(observed.loss() > FACTOR * observed.uniformLoss())) {
            return null;
        }
        return String.format(
                Locale.ROOT,
                "The first loss is %.2f, where a uniform guess among %d classes has ln %d = %.4f: the model is sure of"
                        + " itself before it has learned anything. Scale the weight of the last layer by 0.1 or 0.01"
                        + " at the start and set its bias to 0.",
                observed.loss(),
                observed.classes(),
                observed.classes(),
                observed.uniformLoss());
    }
}
