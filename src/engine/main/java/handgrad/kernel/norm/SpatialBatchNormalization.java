package handgrad.kernel.norm;

import handgrad.kernel.Reduction;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Batch normalisation of images x (batch, channels, area), each channel over the batch and the pixels of its planes.
 *
 * <p>A channel does not depend on the others, so each is a block of {@link Parallel}: the passes after the first find
 * it in the cache. Backward takes x and normalises it again, which is less than writing the normalised images to memory
 * and reading them. The element at pixel i of a plane is added to partial sum i mod 16; these are added up in float64,
 * from the first to the last. So the sums depend neither on the vector width nor on the number of threads.
 */
public final class SpatialBatchNormalization {
    private static final int PARTIAL_SUMS = Reduction.PARTIAL_SUMS;

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
        if (arrays.isFloat64()) {
            forwardFloat64(arrays);
        } else {
            Parallel.blocks(arrays.features, c -> {
                statistics(arrays, c);
                apply(arrays, c);
            });
        }
    }

    private static void statistics(NormalizationArrays arrays, int c) {
        var x = (float[]) arrays.x;
        var mean = (float[]) arrays.mean;
        var variance = (float[]) arrays.variance;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        int area = arrays.area;
        float[] sums = Scratch.floats(2 * PARTIAL_SUMS);
        Arrays.fill(sums, 0, PARTIAL_SUMS, 0);
        for (int n = 0; n < arrays.rows; n++) {
            addSum(x, arrays.plane(n, c), area, sums);
        }
        mean[c] = (float) (total(sums, 0) / ((double) arrays.rows * area));
        Arrays.fill(sums, 0, PARTIAL_SUMS, 0);
        for (int n = 0; n < arrays.rows; n++) {
            addSquares(x, arrays.plane(n, c), area, mean[c], sums);
        }
        variance[c] = (float) (total(sums, 0) / arrays.divisor);
        inverseDeviation[c] = 1 / (float) Math.sqrt(variance[c] + (float) arrays.epsilon);
    }

    private static void forwardFloat64(NormalizationArrays arrays) {
        var x = (double[]) arrays.x;
        var mean = (double[]) arrays.mean;
        var variance = (double[]) arrays.variance;
        var inverseDeviation = (double[]) arrays.inverseDeviation;
        int area = arrays.area;
        for (int c = 0; c < arrays.features; c++) {
            double sum = 0;
            for (int n = 0; n < arrays.rows; n++) {
                int plane = arrays.plane(n, c);
                for (int i = plane; i < plane + area; i++) {
                    sum += x[i];
                }
            }
            mean[c] = sum / ((double) arrays.rows * area);
            double squares = 0;
            for (int n = 0; n < arrays.rows; n++) {
                int plane = arrays.plane(n, c);
                for (int i = plane; i < plane + area; i++) {
                    squares += (x[i] - mean[c]) * (x[i] - mean[c]);
                }
            }
            variance[c] = squares / arrays.divisor;
            inverseDeviation[c] = 1 / Math.sqrt(variance[c] + arrays.epsilon);
        }
        applyFloat64(arrays);
    }

    /**
     * Normalises with given statistics: out = weight · (x - mean) · inverseDeviation + bias.
     *
     * <p>Reads x, weight, bias, mean and inverseDeviation; writes out.
     */
    public static void apply(NormalizationArrays arrays) {
        if (arrays.isFloat64()) {
            applyFloat64(arrays);
        } else {
            Parallel.blocks(arrays.features, c -> apply(arrays, c));
        }
    }

    private static void apply(NormalizationArrays arrays, int c) {
        var x = (float[]) arrays.x;
        var out = (float[]) arrays.out;
        float weight = ((float[]) arrays.weight)[c];
        float bias = ((float[]) arrays.bias)[c];
        float mean = ((float[]) arrays.mean)[c];
        float inverse = ((float[]) arrays.inverseDeviation)[c];
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

    private static void applyFloat64(NormalizationArrays arrays) {
        var x = (double[]) arrays.x;
        var weight = (double[]) arrays.weight;
        var bias = (double[]) arrays.bias;
        var mean = (double[]) arrays.mean;
        var inverseDeviation = (double[]) arrays.inverseDeviation;
        var out = (double[]) arrays.out;
        for (int i = 0; i < arrays.rows * arrays.features * arrays.area; i++) {
            int c = i / arrays.area % arrays.features;
            out[i] = weight[c] * ((x[i] - mean[c]) * inverseDeviation[c]) + bias[c];
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
        float[] sums = Scratch.floats(2 * PARTIAL_SUMS);
        Arrays.fill(sums, 0, 2 * PARTIAL_SUMS, 0);
        for (int n = 0; n < arrays.rows; n++) {
            addProducts(dOut, x, arrays.plane(n, c), area, mean, inverse, sums);
        }
        double sum = total(sums, 0);
        double products = total(sums, PARTIAL_SUMS);
        ((float[]) arrays.dBias)[c] += (float) sum;
        ((float[]) arrays.dWeight)[c] += (float) products;
        float offset = divisor == 0 ? 0 : (float) (sum / ((double) arrays.rows * area));
        float slope = divisor == 0 ? 0 : (float) (products / divisor);
        float scale = ((float[]) arrays.weight)[c] * inverse;
        for (int n = 0; n < arrays.rows; n++) {
            int plane = arrays.plane(n, c);
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
        var weight = (double[]) arrays.weight;
        var mean = (double[]) arrays.mean;
        var inverseDeviation = (double[]) arrays.inverseDeviation;
        var dX = (double[]) arrays.dX;
        int area = arrays.area;
        int divisor = arrays.divisor;
        for (int c = 0; c < arrays.features; c++) {
            double sum = 0;
            double products = 0;
            for (int n = 0; n < arrays.rows; n++) {
                int plane = arrays.plane(n, c);
                for (int i = plane; i < plane + area; i++) {
                    sum += dOut[i];
                    products += dOut[i] * ((x[i] - mean[c]) * inverseDeviation[c]);
                }
            }
            ((double[]) arrays.dBias)[c] += sum;
            ((double[]) arrays.dWeight)[c] += products;
            double offset = divisor == 0 ? 0 : sum / ((double) arrays.rows * area);
            double slope = divisor == 0 ? 0 : products / divisor;
            for (int n = 0; n < arrays.rows; n++) {
                int plane = arrays.plane(n, c);
                for (int i = plane; i < plane + area; i++) {
                    double normalized = (x[i] - mean[c]) * inverseDeviation[c];
                    dX[i] = weight[c] * inverseDeviation[c] * (dOut[i] - offset - normalized * slope);
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
