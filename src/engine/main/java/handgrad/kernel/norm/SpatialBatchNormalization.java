package handgrad.kernel.norm;

import handgrad.kernel.PairwiseSum;
import handgrad.kernel.Reduction;
import handgrad.kernel.WideMoments;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * Batch normalisation of images x (batch, channels, area), each channel over the batch and the pixels of its planes.
 *
 * <p>A channel does not depend on the others, so each is a block of {@link Parallel}: the passes after the first find
 * it in the cache. Backward takes x and normalises it again, which is less than writing the normalised images to memory
 * and reading them. The element at pixel i of a plane is added to partial sum i mod 16 of a block; the blocks, and then
 * the partial sums from the first to the last, are added in float64. So the sums depend neither on the vector width nor
 * on the number of threads, and have the bounds of {@link BatchNormalization}.
 */
public final class SpatialBatchNormalization {
    private static final int PARTIAL_SUMS = Reduction.PARTIAL_SUMS;

    /** As many partial sums as three sums have: a pass over a channel takes two or three. */
    private static final int SUMS = 3 * PARTIAL_SUMS;

    private SpatialBatchNormalization() {}

    /**
     * Normalises each channel with its own mean and variance, over n = batch · area elements.
     *
     * <pre>
     * mean = Σ x / n;  variance = Σ (x - mean)² / divisor;  inverseDeviation = 1 / √(variance + epsilon)
     * out = weight · (x - mean) · inverseDeviation + bias
     * </pre>
     *
     * <p>Reads x, weight, bias, divisor and epsilon; writes mean, variance, inverseDeviation and out.
     */
    public static void forward(NormalizationArrays arrays) {
        arrays.rest = Scratch.shared(arrays.features);
        Parallel.blocks(arrays.features, c -> {
            statistics(arrays, c);
            normalize(arrays, c);
        });
    }

    /** mean, variance, inverseDeviation and rest of a channel. */
    static void statistics(NormalizationArrays arrays, int c) {
        int area = arrays.area;
        int n = arrays.rows * area;
        if (arrays.isFloat64()) {
            var x = (double[]) arrays.x;
            arrays.setStatistics(c, WideMoments.of(n, i -> x[arrays.plane(i / area, c) + i % area]));
            return;
        }
        var x = (float[]) arrays.x;
        int sample = Math.min(n, Math.min(area, Reduction.BLOCK));
        float pivot = (float) (Reduction.sum(x, arrays.plane(0, c), sample) / sample);
        double[] sums = addPlanes(arrays, c, pivot, 1, true);
        double squares = total(sums, PARTIAL_SUMS);
        double shift = total(sums, 0) / n;
        double ofMean = n * shift * shift;
        arrays.setStatistics(c, pivot + shift, Math.max(0, squares - ofMean));
        boolean badPivot = n > sample && ofMean > squares / 2;
        if (badPivot || !arrays.hasDigits(((float[]) arrays.variance)[c])) {
            arrays.setStatistics(c, WideMoments.of(n, i -> x[arrays.plane(i / area, c) + i % area]));
        }
    }

    /**
     * Normalises with given statistics: out = weight · (x - mean) · inverseDeviation + bias.
     *
     * <p>Reads x, weight, bias, mean and inverseDeviation; writes out.
     */
    public static void apply(NormalizationArrays arrays) {
        if (!arrays.isFloat64()) {
            arrays.rest = Scratch.shared(arrays.features);
            Arrays.fill(arrays.rest, 0, arrays.features, 0);
        }
        Parallel.blocks(arrays.features, c -> normalize(arrays, c));
    }

    private static void normalize(NormalizationArrays arrays, int c) {
        if (arrays.isFloat64()) {
            normalizeFloat64(arrays, c);
            return;
        }
        var x = (float[]) arrays.x;
        var out = (float[]) arrays.out;
        float weight = ((float[]) arrays.weight)[c];
        float mean = ((float[]) arrays.mean)[c];
        float inverse = ((float[]) arrays.inverseDeviation)[c];
        // What the mean was rounded by is a part of the bias: one subtraction less for each pixel.
        float bias = ((float[]) arrays.bias)[c] - weight * (arrays.rest[c] * inverse);
        int area = arrays.area;
        for (int n = 0; n < arrays.rows; n++) {
            int plane = arrays.plane(n, c);
            int whole = VectorSupport.fill(area)
                    ? VectorSpatialBatchNormalization.apply(x, plane, area, weight, bias, mean, inverse, out)
                    : 0;
            for (int i = plane + whole; i < plane + area; i++) {
                out[i] = weight * ((x[i] - mean) * inverse) + bias;
            }
        }
    }

    private static void normalizeFloat64(NormalizationArrays arrays, int c) {
        var x = (double[]) arrays.x;
        var out = (double[]) arrays.out;
        double weight = ((double[]) arrays.weight)[c];
        double bias = ((double[]) arrays.bias)[c];
        double mean = ((double[]) arrays.mean)[c];
        double inverse = ((double[]) arrays.inverseDeviation)[c];
        for (int n = 0; n < arrays.rows; n++) {
            int plane = arrays.plane(n, c);
            for (int i = plane; i < plane + arrays.area; i++) {
                out[i] = weight * ((x[i] - mean) * inverse) + bias;
            }
        }
    }

    /**
     * The gradients of {@link #forward}, with normalized = (x - mean) · inverseDeviation. A divisor of 0 asks for those
     * of {@link #apply}, where the statistics are constants and the two sums in dX fall away.
     *
     * <pre>
     * dBias += Σ dOut;  dWeight += Σ dOut · normalized
     * dX = weight · inverseDeviation · (dOut - Σ dOut / n - normalized · Σ (dOut · normalized) / divisor)
     * </pre>
     *
     * <p>Reads dOut, x, weight, mean, inverseDeviation and divisor; adds to dWeight and dBias; writes dX, which may be
     * dOut.
     */
    public static void backward(NormalizationArrays arrays) {
        if (arrays.isFloat64()) {
            backwardFloat64(arrays);
        } else {
            Parallel.blocks(arrays.features, c -> backward(arrays, c));
        }
    }

    private static void backward(NormalizationArrays arrays, int c) {
        var dOut = (float[]) arrays.dOut;
        var x = (float[]) arrays.x;
        var dX = (float[]) arrays.dX;
        float mean = ((float[]) arrays.mean)[c];
        float inverse = ((float[]) arrays.inverseDeviation)[c];
        int area = arrays.area;
        int divisor = arrays.divisor;
        double n = (double) arrays.rows * area;
        double[] sums = addPlanes(arrays, c, mean, inverse, false);
        double sum = total(sums, 0);
        // The mean of the normalised values is 0 but for what the mean was rounded by.
        double rest = divisor == 0 ? 0 : total(sums, 2 * PARTIAL_SUMS) / n;
        double products = total(sums, PARTIAL_SUMS) - rest * sum;
        ((float[]) arrays.dBias)[c] += (float) sum;
        ((float[]) arrays.dWeight)[c] += (float) products;
        float slope = divisor == 0 ? 0 : (float) (products / divisor);
        float offset = divisor == 0 ? 0 : (float) (sum / n - rest * slope);
        float scale = ((float[]) arrays.weight)[c] * inverse;
        for (int image = 0; image < arrays.rows; image++) {
            int plane = arrays.plane(image, c);
            int whole = VectorSupport.fill(area)
                    ? VectorSpatialBatchNormalization.backward(arrays, c, plane, offset, slope, scale)
                    : 0;
            for (int i = plane + whole; i < plane + area; i++) {
                dX[i] = scale * (dOut[i] - offset - (x[i] - mean) * inverse * slope);
            }
        }
    }

    private static void backwardFloat64(NormalizationArrays arrays) {
        var dOut = (double[]) arrays.dOut;
        var x = (double[]) arrays.x;
        var dX = (double[]) arrays.dX;
        int area = arrays.area;
        int n = arrays.rows * area;
        int divisor = arrays.divisor;
        for (int c = 0; c < arrays.features; c++) {
            int channel = c;
            double mean = ((double[]) arrays.mean)[c];
            double inverse = ((double[]) arrays.inverseDeviation)[c];
            IntToDoubleFunction gradient = i -> dOut[arrays.plane(i / area, channel) + i % area];
            IntToDoubleFunction normalized = i -> (x[arrays.plane(i / area, channel) + i % area] - mean) * inverse;
            double sum = PairwiseSum.of(n, gradient);
            double products = PairwiseSum.of(n, i -> gradient.applyAsDouble(i) * normalized.applyAsDouble(i));
            ((double[]) arrays.dBias)[c] += sum;
            ((double[]) arrays.dWeight)[c] += products;
            double offset = divisor == 0 ? 0 : sum / n;
            double slope = divisor == 0 ? 0 : products / divisor;
            double scale = ((double[]) arrays.weight)[c] * inverse;
            for (int i = 0; i < n; i++) {
                dX[arrays.plane(i / area, c) + i % area] =
                        scale * (gradient.applyAsDouble(i) - offset - normalized.applyAsDouble(i) * slope);
            }
        }
    }

    /**
     * Sums over a channel, each in partial sums, in memory of this thread: of the deviations from a center and of their
     * squares; or of dOut, of dOut ∘ normalized, and of normalized.
     */
    private static double[] addPlanes(
            NormalizationArrays arrays, int c, float center, float inverseDeviation, boolean deviations) {
        var x = (float[]) arrays.x;
        int area = arrays.area;
        float[] sums = Scratch.floats(SUMS);
        double[] totals = Scratch.doubles(SUMS);
        Arrays.fill(sums, 0, SUMS, 0);
        Arrays.fill(totals, 0, SUMS, 0);
        int additions = 0;
        for (int n = 0; n < arrays.rows; n++) {
            for (int i = 0; i < area; i += Reduction.BLOCK) {
                int length = Math.min(Reduction.BLOCK, area - i);
                int more = Math.ceilDiv(length, PARTIAL_SUMS);
                if (additions + more > Reduction.BLOCK_ROWS) {
                    Reduction.endBlock(sums, totals, SUMS);
                    additions = 0;
                }
                additions += more;
                int at = arrays.plane(n, c) + i;
                if (deviations) {
                    addDeviations(x, at, length, center, sums);
                } else {
                    addProducts((float[]) arrays.dOut, x, at, length, center, inverseDeviation, sums);
                }
            }
        }
        Reduction.endBlock(sums, totals, SUMS);
        return totals;
    }

    private static void addDeviations(float[] x, int at, int length, float pivot, float[] sums) {
        int whole =
                VectorSupport.ENABLED ? VectorSpatialBatchNormalization.addDeviations(x, at, length, pivot, sums) : 0;
        for (int i = whole; i < length; i++) {
            float deviation = x[at + i] - pivot;
            sums[i % PARTIAL_SUMS] += deviation;
            sums[PARTIAL_SUMS + i % PARTIAL_SUMS] += deviation * deviation;
        }
    }

    private static void addProducts(
            float[] dOut, float[] x, int at, int length, float mean, float inverseDeviation, float[] sums) {
        int whole = VectorSupport.ENABLED
                ? VectorSpatialBatchNormalization.addProducts(dOut, x, at, length, mean, inverseDeviation, sums)
                : 0;
        for (int i = whole; i < length; i++) {
            float d = dOut[at + i];
            float normalized = (x[at + i] - mean) * inverseDeviation;
            sums[i % PARTIAL_SUMS] += d;
            sums[PARTIAL_SUMS + i % PARTIAL_SUMS] += d * normalized;
            sums[2 * PARTIAL_SUMS + i % PARTIAL_SUMS] += normalized;
        }
    }

    private static double total(double[] sums, int from) {
        double total = 0;
        for (int i = from; i < from + PARTIAL_SUMS; i++) {
            total += sums[i];
        }
        return total;
    }
}
