package handgrad.diagnostics;

import handgrad.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Units that are flat for every row of step after step, so that they get no gradient and cannot come back. */
final class DeadUnitsCheck implements Check {
    /** So many rows that a unit which is flat for all of them hardly answers to any. */
    private static final int ROWS = 1000;

    private static final double MOST = 0.1;

    /** For each layer that is judged and each unit of it, how many rows in a row it has been flat, at most ROWS. */
    private final Map<String, int[]> flatRows = new LinkedHashMap<>();

    DeadUnitsCheck(ObservedModel model) {
        for (var layer : model.layers()) {
            if (flatness(layer) != Flatness.NONE) {
                flatRows.put(layer.name(), new int[0]);
            }
        }
    }

    private static Flatness flatness(ObservedLayer layer) {
        return Objects.requireNonNullElse(LayerTraits.of(layer.layer()).flatness(), Flatness.NONE);
    }

    @Override
    public Rule rule() {
        return Rule.DEAD_UNITS;
    }

    @Override
    public void fields(StateFields fields) {
        flatRows.replaceAll(
                (layer, rows) -> fields.tensor("deadUnits." + layer, Tensor.of(rows, rows.length), StateFields.ANY)
                        .ints());
    }

    @Override
    public @Nullable String find(ObservedStep observed) {
        for (var layer : observed.model().layers()) {
            var flatness = flatness(layer);
            var output = layer.output();
            if (output == null || flatness == Flatness.NONE) {
                continue;
            }
            int units = output.size(-1);
            int rows = output.shape().elements() / Math.max(1, units);
            int dead = dead(layer.name(), Statistics.deadUnits(output, flatness), units, rows);
            if (dead > MOST * units && !isSaturated(output, flatness)) {
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

    /** Counts on; returns how many units have been flat for so many rows. */
    private int dead(String layer, int[] flat, int units, int more) {
        int[] before = Objects.requireNonNull(flatRows.get(layer));
        int[] rows = new int[units];
        int dead = 0;
        for (int unit : flat) {
            rows[unit] = Math.min(ROWS, (unit < before.length ? before[unit] : 0) + Math.min(ROWS, more));
            dead += rows[unit] == ROWS ? 1 : 0;
        }
        flatRows.put(layer, rows);
        return dead;
    }

    private static String where(Flatness flatness) {
        return switch (flatness) {
            case RELU, NONE -> "0";
            case TANH -> "beyond ±0.97";
            case SIGMOID -> "below 0.015 or above 0.985";
        };
    }

    /** Then it is the layer as a whole that is wrong, which another check says. */
    private static boolean isSaturated(Tensor output, Flatness flatness) {
        float[] elements = Sample.of(output, Sample.SMALL);
        return flatness.saturates() && flatness.saturated(elements) > SaturationCheck.MOST * elements.length;
    }
}
