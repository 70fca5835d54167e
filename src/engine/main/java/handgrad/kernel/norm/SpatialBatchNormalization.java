package handgrad.kernel.norm;

import handgrad.kernel.Reduction;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Batch normalisation of images x (batch, channels, area), each channel over the batch and the pixels of its planes.
 *
 * <p>A channel does not depend on the others, so each is a block of {@link Parallel}: the passes after the first find it in
 * the cache. Backward takes x and normalises it again, which is less than writing the normalised images to memory and
 * reading them. The element at pixel i of a plane is added to partial sum i mod 16; these are added up in float64, from the
 * first to the last. So the sums depend neither on the vector width nor on the number of threads.
 */
public final class SpatialBatchNormalization {
    private static final int PARTIAL_SUMS = Reduction.PARTIAL_SUMS;

    private SpatialBatchNormalization() {}

    /**
     * Normalises each channel with its own mean and variance, over n = batch · area elements.
     *
     * <pre>
     * mean = Σ x / n;  variance = Σ (x - mean)² / divisor;  inverseDeviation = 1 / √(variance + epsilon)
     * out = gain · (x - mean) · inverseDeviation + bias
     * </pre>
     *
     * @param x (batch, channels, area)
     * @param gain (channels)
     * @param bias (channels)
     * @param divisor n for the biased variance, n - 1 for the unbiased one
     * @param mean (channels), written
     * @param variance (channels), written
     * @param inverseDeviation (channels), written
     * @param out (batch, channels, area), written
     */
    public static void forward(
            float[] x,
            int batch,
            int channels,
            int area,
            float[] gain,
            float[] bias,
            float epsilon,
            int divisor,
            float[] mean,
            float[] variance,
            float[] inverseDeviation,
            float[] out) {
        Parallel.blocks(channels, c -> {
            float[] sums = Scratch.floats(2 * PARTIAL_SUMS);
            Arrays.fill(sums, 0, PARTIAL_SUMS, 0);
            for (int n = 0; n < batch; n++) {
                addSum(x, (n * channels + c) * area, area, sums);
            }
            mean[c] = (float) (total(sums, 0) / ((double) batch * area));
            Arrays.fill(sums, 0, PARTIAL_SUMS, 0);
            for (int n = 0; n < batch; n++) {
                addSquares(x, (n * channels + c) * area, area, mean[c], sums);
            }
            variance[c] = (float) (total(sums, 0) / divisor);
            inverseDeviation[c] = 1 / (float) Math.sqrt(variance[c] + epsilon);
            apply(c, x, batch, channels, area, gain, bias, mean, inverseDeviation, out);
        });
    }

    /** As the float32 form, in float64. */
    public static void forward(
            double[] x,
            int batch,
            int channels,
            int area,
            double[] gain,
            double[] bias,
            double epsilon,
            int divisor,
            double[] mean,
            double[] variance,
            double[] inverseDeviation,
            double[] out) {
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            for (int n = 0; n < batch; n++) {
                int plane = (n * channels + c) * area;
                for (int i = plane; i < plane + area; i++) {
                    sum += x[i];
                }
            }
            mean[c] = sum / ((double) batch * area);
            double squares = 0;
            for (int n = 0; n < batch; n++) {
                int plane = (n * channels + c) * area;
                for (int i = plane; i < plane + area; i++) {
                    squares += (x[i] - mean[c]) * (x[i] - mean[c]);
                }
            }
            variance[c] = squares / divisor;
            inverseDeviation[c] = 1 / Math.sqrt(variance[c] + epsilon);
        }
        apply(x, batch, channels, area, gain, bias, mean, inverseDeviation, out);
    }

    /** Normalises with given statistics: out = gain · (x - mean) · inverseDeviation + bias, of shapes as in forward. */
    public static void apply(
            float[] x,
            int batch,
            int channels,
            int area,
            float[] gain,
            float[] bias,
            float[] mean,
            float[] inverseDeviation,
            float[] out) {
        Parallel.blocks(channels, c -> apply(c, x, batch, channels, area, gain, bias, mean, inverseDeviation, out));
    }

    private static void apply(
            int c,
            float[] x,
            int batch,
            int channels,
            int area,
            float[] gain,
            float[] bias,
            float[] mean,
            float[] inverseDeviation,
            float[] out) {
        for (int n = 0; n < batch; n++) {
            int plane = (n * channels + c) * area;
            int whole = VectorSupport.fill(area)
                    ? VectorSpatialBatchNormalization.apply(
                            x, plane, area, gain[c], bias[c], mean[c], inverseDeviation[c], out)
                    : 0;
            for (int i = plane + whole; i < plane + area; i++) {
                out[i] = gain[c] * ((x[i] - mean[c]) * inverseDeviation[c]) + bias[c];
            }
        }
    }

    /** As the float32 form, in float64. */
    public static void apply(
            double[] x,
            int batch,
            int channels,
            int area,
            double[] gain,
            double[] bias,
            double[] mean,
            double[] inverseDeviation,
            double[] out) {
        for (int i = 0; i < batch * channels * area; i++) {
            int c = i / area % channels;
            out[i] = gain[c] * ((x[i] - mean[c]) * inverseDeviation[c]) + bias[c];
        }
    }

    /**
     * The gradients of {@link #forward}, with normalized = (x - mean) · inverseDeviation.
     *
     * <pre>
     * dBias += Σ dOut;  dGain += Σ dOut · normalized
     * dX = gain · inverseDeviation · (dOut - Σ dOut / n - normalized · Σ (dOut · normalized) / divisor)
     * </pre>
     *
     * @param dOut (batch, channels, area)
     * @param x (batch, channels, area)
     * @param divisor as given to forward; 0 for the gradients of {@link #apply}, where the statistics are constants and the
     *     two sums in dX fall away
     * @param dGain (channels), added to
     * @param dBias (channels), added to
     * @param dX (batch, channels, area), written; may be dOut
     */
    public static void backward(
            float[] dOut,
            float[] x,
            int batch,
            int channels,
            int area,
            float[] gain,
            float[] mean,
            float[] inverseDeviation,
            int divisor,
            float[] dGain,
            float[] dBias,
            float[] dX) {
        Parallel.blocks(channels, c -> {
            float[] sums = Scratch.floats(2 * PARTIAL_SUMS);
            Arrays.fill(sums, 0, 2 * PARTIAL_SUMS, 0);
            float center = mean[c];
            float inverse = inverseDeviation[c];
            for (int n = 0; n < batch; n++) {
                addProducts(dOut, x, (n * channels + c) * area, area, center, inverse, sums);
            }
            double sum = total(sums, 0);
            double products = total(sums, PARTIAL_SUMS);
            dBias[c] += (float) sum;
            dGain[c] += (float) products;
            float offset = divisor == 0 ? 0 : (float) (sum / ((double) batch * area));
            float slope = divisor == 0 ? 0 : (float) (products / divisor);
            float scale = gain[c] * inverse;
            for (int n = 0; n < batch; n++) {
                int plane = (n * channels + c) * area;
                int whole = VectorSupport.fill(area)
                        ? VectorSpatialBatchNormalization.backward(
                                dOut, x, plane, area, center, inverse, offset, slope, scale, dX)
                        : 0;
                for (int i = plane + whole; i < plane + area; i++) {
                    dX[i] = scale * (dOut[i] - offset - (x[i] - center) * inverse * slope);
                }
            }
        });
    }

    /** As the float32 form, in float64. */
    public static void backward(
            double[] dOut,
            double[] x,
            int batch,
            int channels,
            int area,
            double[] gain,
            double[] mean,
            double[] inverseDeviation,
            int divisor,
            double[] dGain,
            double[] dBias,
            double[] dX) {
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            double products = 0;
            for (int n = 0; n < batch; n++) {
                int plane = (n * channels + c) * area;
                for (int i = plane; i < plane + area; i++) {
                    sum += dOut[i];
                    products += dOut[i] * ((x[i] - mean[c]) * inverseDeviation[c]);
                }
            }
            dBias[c] += sum;
            dGain[c] += products;
            double offset = divisor == 0 ? 0 : sum / ((double) batch * area);
            double slope = divisor == 0 ? 0 : products / divisor;
            for (int n = 0; n < batch; n++) {
                int plane = (n * channels + c) * area;
                for (int i = plane; i < plane + area; i++) {
                    double normalized = (x[i] - mean[c]) * inverseDeviation[c];
                    dX[i] = gain[c] * inverseDeviation[c] * (dOut[i] - offset - normalized * slope);
                }
            }
        }
    }

    private static void addSum(float[] x, int plane, int area, float[] sums) {
        int whole = VectorSupport.ENABLED ? VectorSpatialBatchNormalization.addSum(x, plane, area, sums) : 0;
        for (int i = whole; i < area; i++) {
            sums[i % PARTIAL_SUMS] += x[plane + i];
        }
    }

    private static void addSquares(float[] x, int plane, int area, float mean, float[] sums) {
        int whole = VectorSupport.ENABLED ? VectorSpatialBatchNormalization.addSquares(x, plane, area, mean, sums) : 0;
        for (int i = whole; i < area; i++) {
            float difference = x[plane + i] - mean;
            sums[i % PARTIAL_SUMS] += difference * difference;
        }
    }

    private static void addProducts(
            float[] dOut, float[] x, int plane, int area, float mean, float inverseDeviation, float[] sums) {
        int whole = VectorSupport.ENABLED
                ? VectorSpatialBatchNormalization.addProducts(dOut, x, plane, area, mean, inverseDeviation, sums)
                : 0;
        for (int i = whole; i < area; i++) {
            float d = dOut[plane + i];
            sums[i % PARTIAL_SUMS] += d;
            sums[PARTIAL_SUMS + i % PARTIAL_SUMS] += d * ((x[plane + i] - mean) * inverseDeviation);
        }
    }

    private static double total(float[] sums, int from) {
        double total = 0;
        for (int i = from; i < from + PARTIAL_SUMS; i++) {
            total += sums[i];
        }
        return total;
    }
}
