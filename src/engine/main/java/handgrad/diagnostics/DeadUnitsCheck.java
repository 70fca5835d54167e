package handgrad.diagnostics;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Units that are flat for every row of step after step, so that they get no gradient and cannot come back. */
final class DeadUnitsCheck implements Check {
    /** So many rows that a unit which is flat for all of them hardly answers to any. */
    private static final int ROWS = 1000;

    private static final double MOST = 0.1;

    /** For each unit of a layer, how many rows in a row it has been flat. */
    private final Map<String, int[]> flatRows = new HashMap<>();

    @Override
    public Rule rule() {
        return Rule.DEAD_UNITS;
    }

    @Override
    public @Nullable String find(ObservedStep observed) {
        for (var layer : observed.model().layers()) {
            var flatness = LayerTraits.of(layer.layer()).flatness();
            var output = layer.output();
            if (output == null || flatness == null || flatness == Flatness.NONE) {
                continue;
            }
            int units = output.size(-1);
            int[] rows = flatRows.computeIfAbsent(layer.name(), _ -> new int[units]);
            float[] elements = Moments.floats(output);
            int dead = 0;
            for (int unit = 0; unit < units; unit++) {
                boolean flat = Statistics.isDead(elements, unit, units, flatness);
                rows[unit] = flat ? Math.addExact(rows[unit], elements.length / units) : 0;
                if (rows[unit] >= ROWS) {
                    dead++;
                }
            }
            if (dead > MOST * units && !isSaturated(elements, flatness)) {
                return String.format(
                        Locale.ROOT,
                        "%d of the %d units of %s have been %s for each of the last %,d rows or more that were looked"
                                + " at: they get no gradient and stay dead. Try a smaller learning rate or smaller"
                                + " weights at the start, or put a BatchNorm1d before the layer.",
                        dead,
                        units,
                        layer,
                        where(flatness),
                        ROWS);
            }
        }
        return null;
    }

    private static String where(Flatness flatness) {
        return switch (flatness) {
            case RELU, NONE -> "0";
            case TANH -> "beyond ±0.97";
            case SIGMOID -> "below 0.015 or above 0.985";
        };
    }

    /** Then it is the layer as a whole that is wrong, which another check says. */
    private static boolean isSaturated(float[] elements, Flatness flatness) {
        return flatness.saturates() && Statistics.flat(elements, flatness) > SaturationCheck.MOST * elements.length;
    }
}
