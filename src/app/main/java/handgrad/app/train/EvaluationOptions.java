package handgrad.app.train;

import handgrad.app.command.Checks;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** When a training is evaluated on dev while it lasts, and when that ends it. */
public final class EvaluationOptions {
    @Option(
            names = "--eval-every",
            paramLabel = "N",
            description = "Evaluate every N steps on dev, of makemore's models on test, and keep the best weights in"
                    + " best.safetensors.")
    private @Nullable Integer every;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description =
                    "End the training when N evaluations in a row were no better than the best before; the weights"
                            + " of the run are the best then.")
    private @Nullable Integer patience;

    /** What was asked for, and this where nothing was; refuses values without a meaning. */
    public EvaluationSchedule or(EvaluationSchedule otherwise) {
        if (every != null) {
            Checks.atLeast(1, "--eval-every", every);
        }
        if (patience != null) {
            Checks.atLeast(1, "--patience", patience);
        }
        return new EvaluationSchedule(
                every == null ? otherwise.every() : every, patience == null ? otherwise.patience() : patience);
    }
}
