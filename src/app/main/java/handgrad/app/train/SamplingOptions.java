package handgrad.app.train;

import handgrad.app.command.Checks;
import handgrad.app.command.WrongInputException;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the distribution that names are drawn from differs from the model's own; unless asked for, it does not. */
public final class SamplingOptions {
    @Option(
            names = "--temperature",
            paramLabel = "T",
            defaultValue = "1",
            description = "Divides the logits of the samples: below 1 likely characters become likelier, above 1 less"
                    + " so; default ${DEFAULT-VALUE}.")
    private double temperature = 1;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Draw samples from the K likeliest characters alone; without it from all.")
    private @Nullable Integer topK;

    /** Refuses values without a meaning for any model. */
    public void check() {
        // As a float32, which is what divides the logits.
        if (!((float) temperature > 0) || Float.isInfinite((float) temperature)) {
            throw new WrongInputException("--temperature must be more than 0 and finite, it is " + temperature);
        }
        if (topK != null) {
            Checks.atLeast(1, "--top-k", topK);
        }
    }

    /** Refuses values without a meaning for a model of these symbols. */
    public void check(int symbols) {
        if (topK != null) {
            Checks.between(1, symbols, "--top-k", topK);
        }
    }

    /**
     * Changes logits, (1, symbols): divided by the temperature, and -∞ below the K largest; those equal to the last of
     * them stay.
     */
    public Tensor apply(Tensor logits) {
        var scaled = temperature == 1 ? logits : logits.sub(logits.max(1, true)).div(temperature);
        if (topK == null) {
            return scaled;
        }
        float[] sorted = scaled.floats().clone();
        Arrays.sort(sorted);
        float least = sorted[sorted.length - topK];
        var kept = scaled.copy();
        float[] values = kept.floats();
        for (int i = 0; i < values.length; i++) {
            if (values[i] < least) {
                values[i] = Float.NEGATIVE_INFINITY;
            }
        }
        return kept;
    }
}
