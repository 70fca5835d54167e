package handgrad.diagnostics;

import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Takes the statistics of a tensor. */
final class Statistics {
    /** As many as torch.histogram takes by default. */
    private static final int BINS = 100;

    private Statistics() {}

    /**
     * The statistics of a tensor.
     *
     * @param flatness of the layer that made it, null where there is no such thing
     */
    static TensorStatistics of(String name, String kind, Tensor tensor, @Nullable Flatness flatness) {
        float[] elements = Moments.floats(tensor);
        var moments = Moments.of(tensor);
        int zero = 0;
        for (float element : elements) {
            if (element == 0) {
                zero++;
            }
        }
        return new TensorStatistics(
                name,
                kind,
                tensor.shape(),
                moments.mean(),
                moments.std(),
                flatness != null && flatness.saturates()
                        ? share(flat(elements, flatness), elements.length)
                        : Double.NaN,
                share(zero, elements.length),
                flatness == null || flatness == Flatness.NONE
                        ? Double.NaN
                        : deadUnits(elements, tensor.size(-1), flatness),
                histogram(elements));
    }

    private static double share(int part, int all) {
        return all == 0 ? Double.NaN : (double) part / all;
    }

    /** How many elements lie where the layer is flat. */
    static int flat(float[] elements, Flatness flatness) {
        int flat = 0;
        for (float element : elements) {
            if (flatness.isFlat(element)) {
                flat++;
            }
        }
        return flat;
    }

    private static double deadUnits(float[] elements, int units, Flatness flatness) {
        int dead = 0;
        for (int unit = 0; unit < units; unit++) {
            if (isDead(elements, unit, units, flatness)) {
                dead++;
            }
        }
        return share(dead, units);
    }

    /** Whether a unit is flat for every row. */
    static boolean isDead(float[] elements, int unit, int units, Flatness flatness) {
        for (int i = unit; i < elements.length; i += units) {
            if (!flatness.isFlat(elements[i])) {
                return false;
            }
        }
        return elements.length > 0;
    }

    static Histogram histogram(float[] elements) {
        float from = Float.POSITIVE_INFINITY;
        float to = Float.NEGATIVE_INFINITY;
        for (float element : elements) {
            if (Float.isFinite(element)) {
                from = Math.min(from, element);
                to = Math.max(to, element);
            }
        }
        if (from > to) {
            return new Histogram(Double.NaN, Double.NaN, new int[0]);
        }
        int[] counts = new int[BINS];
        double scale = BINS / ((double) to - from);
        for (float element : elements) {
            if (Float.isFinite(element)) {
                counts[from == to ? 0 : (int) Math.min(BINS - 1, (element - (double) from) * scale)]++;
            }
        }
        return new Histogram(from, to, counts);
    }
}
