package handgrad.diagnostics;

import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;
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
        float[] elements = Sample.of(tensor);
        var moments = Moments.of(elements);
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
                        : share(deadUnits(tensor, flatness).length, tensor.size(-1)),
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

    /**
     * The units that are flat for every row. Those that are not are few to be looked at in the second row, and fewer in
     * the third, so all rows of a healthy layer take hardly more time than the first.
     */
    static int[] deadUnits(Tensor output, Flatness flatness) {
        float[] elements = Moments.floats(output);
        int units = output.size(-1);
        int[] flat = IntStream.range(0, units).toArray();
        int count = elements.length > 0 ? units : 0;
        for (int row = 0; row < elements.length && count > 0; row += units) {
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
