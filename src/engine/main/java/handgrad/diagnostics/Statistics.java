package handgrad.diagnostics;

import handgrad.tensor.Tensor;
import java.util.Arrays;
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
        float[] elements = Sample.of(tensor, Sample.LARGE);
        var moments = Moments.of(elements);
        return new TensorStatistics(
                name,
                kind,
                tensor.shape(),
                moments.mean(),
                moments.std(),
                flatness != null && flatness.saturates()
                        ? share(flatness.saturated(elements), elements.length)
                        : Double.NaN,
                share(moments.zeros(), elements.length),
                flatness == null || flatness == Flatness.NONE
                        ? Double.NaN
                        : share(deadUnits(tensor, flatness).length, tensor.size(-1)),
                histogram(elements, moments.least(), moments.largest()));
    }

    private static double share(int part, int all) {
        return all == 0 ? Double.NaN : (double) part / all;
    }

    /**
     * The units that are flat for every row. Those that are not are few to be looked at in the second row, and fewer in
     * the third, so all rows of a healthy layer take hardly more time than the first.
     */
    static int[] deadUnits(Tensor output, Flatness flatness) {
        float[] elements = Moments.floats(output);
        int units = output.size(-1);
        int[] flat = new int[units];
        int count = 0;
        for (int unit = 0; unit < units && elements.length > 0; unit++) {
            if (flatness.isFlat(elements[unit])) {
                flat[count++] = unit;
            }
        }
        for (int row = units; row < elements.length && count > 0; row += units) {
            int kept = 0;
            for (int i = 0; i < count; i++) {
                if (flatness.isFlat(elements[row + flat[i]])) {
                    flat[kept++] = flat[i];
                }
            }
            count = kept;
        }
        return Arrays.copyOf(flat, count);
    }

    private static Histogram histogram(float[] elements, float from, float to) {
        if (from > to) {
            return new Histogram(Double.NaN, Double.NaN, new int[0]);
        }
        int[] counts = new int[BINS];
        for (int start = 0; start < elements.length; start += Sample.BLOCK) {
            count(elements, start, Math.min(elements.length, start + Sample.BLOCK), from, to, counts);
        }
        return new Histogram(from, to, counts);
    }

    private static void count(float[] elements, int start, int end, float from, float to, int[] counts) {
        double scale = from == to ? 0 : BINS / ((double) to - from);
        for (int i = start; i < end; i++) {
            float element = elements[i];
            if (from <= element && element <= to) {
                int bin = (int) ((element - (double) from) * scale);
                counts[bin == BINS ? BINS - 1 : bin]++;
            }
        }
    }
}
