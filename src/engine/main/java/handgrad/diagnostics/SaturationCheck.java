package handgrad.diagnostics;

import handgrad.tensor.Tensor;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Outputs of a tanh or sigmoid in its flat ends, at one checked step after the other, early in a training. Later a
 * network may get there by learning: makemore part 3's six layers without batch normalisation begin at 0.2 and pass
 * 0.6 after 150,000 steps.
 */
final class SaturationCheck implements Check {
    /** Makemore part 3's bad initialisation has 0.69, its good ones up to 0.2. */
    static final double MOST = 0.5;

    private static final int IN_A_ROW = 5;
    private static final int STEPS = 1000;

    /** For each layer, how many checked steps in a row it has been saturated. */
    private int[] inARow;

    SaturationCheck(ObservedModel model) {
        inARow = new int[model.layers().size()];
    }

    @Override
    public Rule rule() {
        return Rule.SATURATION;
    }

    @Override
    public void fields(StateFields fields) {
        inARow = fields.tensor("saturation.inARow", Tensor.of(inARow.clone(), inARow.length), inARow.length)
                .ints();
    }

    @Override
    public @Nullable String find(ObservedStep observed) {
        for (int i = 0; i < inARow.length; i++) {
            var layer = observed.model().layers().get(i);
            var output = layer.output();
            var flatness = LayerTraits.of(layer.layer()).flatness();
            if (observed.step() > STEPS || output == null || flatness == null || !flatness.saturates()) {
                continue;
            }
            float[] elements = Sample.of(output, Sample.SMALL);
            double saturated = (double) flatness.saturated(elements) / elements.length;
            inARow[i] = saturated > MOST ? inARow[i] + 1 : 0;
            if (inARow[i] == IN_A_ROW) {
                return String.format(
                        Locale.ROOT,
                        "%.0f %% of the outputs of %s lie %s is almost flat and hardly any gradient"
                                + " passes. Make what goes into it smaller: start the weight before it at a deviation"
                                + " of %s / √fanIn, or put a BatchNorm1d between the two.",
                        100 * saturated,
                        layer,
                        flatness == Flatness.TANH
                                ? "beyond ±0.97, where tanh"
                                : "below 0.015 or above 0.985, where sigmoid",
                        flatness == Flatness.TANH ? "5/3" : "1");
            }
        }
        return null;
    }
}
