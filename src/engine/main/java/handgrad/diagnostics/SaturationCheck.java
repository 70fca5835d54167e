package handgrad.diagnostics;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Outputs of a tanh in its flat ends, look after look, in the first steps. Later a network may come to it by learning: makemore
 * part 3's six layers without batch normalisation begin at 0.2 and pass 0.6 after 150,000 steps.
 */
final class SaturationCheck implements Check {
    /** Makemore part 3's bad initialisation has 0.69, its good ones up to 0.2. */
    static final double MOST = 0.5;

    private static final int LOOKS = 5;
    private static final int STEPS = 1000;

    private final Map<String, Integer> looks = new HashMap<>();

    @Override
    public Rule rule() {
        return Rule.SATURATION;
    }

    @Override
    public @Nullable String see(Look look) {
        for (var place : look.watch().places()) {
            var output = place.output();
            if (look.step() > STEPS || output == null || Flatness.of(place.layer()) != Flatness.TANH) {
                continue;
            }
            float[] elements = Moments.floats(output);
            double saturated = (double) Statistics.flat(elements, Flatness.TANH) / elements.length;
            int times = saturated > MOST ? looks.merge(place.name(), 1, Integer::sum) : 0;
            looks.put(place.name(), times);
            if (times == LOOKS) {
                return String.format(
                        Locale.ROOT,
                        "%.0f %% of the outputs of %s lie beyond ±0.97, where tanh is almost flat and hardly any gradient"
                                + " passes. Make what goes into it smaller: start the weight before it at a deviation of"
                                + " 5/3 / √fanIn, or put a BatchNorm1d between the two.",
                        100 * saturated,
                        place);
            }
        }
        return null;
    }
}
