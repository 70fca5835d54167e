package handgrad.diagnostics;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Units that are flat for every row, look after look, so that they get no gradient and cannot come back. */
final class DeadUnitsCheck implements Check {
    /** As many rows as make it unlikely that a unit is only choosy. */
    private static final int ROWS = 1000;

    private static final double MOST = 0.1;

    /** For each unit of a layer, how many rows in a row it has been flat. */
    private final Map<String, int[]> flatRows = new HashMap<>();

    @Override
    public Rule rule() {
        return Rule.DEAD_UNITS;
    }

    @Override
    public @Nullable String see(Look look) {
        for (var place : look.watch().places()) {
            var flatness = Flatness.of(place.layer());
            var output = place.output();
            if (output == null || flatness == null || flatness == Flatness.NONE) {
                continue;
            }
            int units = output.size(-1);
            int[] rows = flatRows.computeIfAbsent(place.name(), _ -> new int[units]);
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
                        "%d of the %d units of %s have been %s for each of the last %,d rows or more that were looked at:"
                                + " they get no gradient and stay dead. Try a smaller learning rate or smaller weights at the"
                                + " start, or put a BatchNorm1d before the layer.",
                        dead,
                        units,
                        place,
                        flatness == Flatness.RELU ? "0" : "beyond ±0.97",
                        ROWS);
            }
        }
        return null;
    }

    /** Then it is the layer as a whole that is wrong, which another check says. */
    private static boolean isSaturated(float[] elements, Flatness flatness) {
        return flatness == Flatness.TANH
                && Statistics.flat(elements, flatness) > SaturationCheck.MOST * elements.length;
    }
}
