package handgrad.kernel.norm;

import handgrad.kernel.Reduction;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;

/**
 * Layer normalisation of x (rows, features) over the features of each row. The loops over a row are plain, so that C2
 * turns them into vector code, and its sums are those of {@link Reduction}, so every machine gives the same bits.
 */
public final class LayerNormalization {
    private LayerNormalization() {}

    /**
     * Normalises each row with its own mean and variance.
     *
     * <pre>
     * mean = Σ x / features;  variance = Σ (x - mean)² / features;  inverseDeviation = 1 / √(variance + epsilon)
     * normalized = (x - mean) · inverseDeviation;  out = weight ∘ normalized + bias
     * </pre>
     *
     * <p>Reads x, weight, bias and epsilon; writes inverseDeviation, (rows), normalized, which is not x, and out, which
     * is neither.
     */
    public static void forward(NormalizationArrays arrays) {
        int blockRows = Parallel.rows(arrays.features);
        if (arrays.isFloat64()) {
            forwardFloat64(arrays);
        } else if (arrays.rows <= blockRows) {
            forward(arrays, 0, arrays.rows);
        } else {
            Parallel.ranges(arrays.rows, blockRows, (from, to) -> forward(arrays, from, to));
        }
    }

    private static void forward(NormalizationArrays arrays, int from, int to) {
        var x = (float[]) arrays.x;
        var weight = (float[]) arrays.weight;
        var bias = (float[]) arrays.bias;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        var normalized = (float[]) arrays.normalized;
        var out = (float[]) arrays.out;
        int features = arrays.features;
        float epsilon = (float) arrays.epsilon;
        for (int i = from; i < to; i++) {
            int row = i * features;
            float mean = Reduction.sum(x, row, features) / features;
            for (int j = 0; j < features; j++) {
                float difference = x[row + j] - mean;
                normalized[row + j] = difference;
                // The squares wait in out for their sum.
                out[row + j] = difference * difference;
            }
            float variance = Reduction.sum(out, row, features) / features;
            float inverse = 1 / (float) Math.sqrt(variance + epsilon);
            inverseDeviation[i] = inverse;
            for (int j = 0; j < features; j++) {
                normalized[row + j] *= inverse;
                out[row + j] = weight[j] * normalized[row + j] + bias[j];
            }
        }
    }

    private static void forwardFloat64(NormalizationArrays arrays) {
        var x = (double[]) arrays.x;
        var weight = (double[]) arrays.weight;
        var bias = (double[]) arrays.bias;
        var inverseDeviation = (double[]) arrays.inverseDeviation;
        var normalized = (double[]) arrays.normalized;
        var out = (double[]) arrays.out;
        int features = arrays.features;
        for (int i = 0; i < arrays.rows; i++) {
            int row = i * features;
            double sum = 0;
            for (int j = 0; j < features; j++) {
                sum += x[row + j];
            }
            double mean = sum / features;
            double squares = 0;
            for (int j = 0; j < features; j++) {
                double difference = x[row + j] - mean;
                normalized[row + j] = difference;
                squares += difference * difference;
            }
            inverseDeviation[i] = 1 / Math.sqrt(squares / features + arrays.epsilon);
            for (int j = 0; j < features; j++) {
                normalized[row + j] *= inverseDeviation[i];
                out[row + j] = weight[j] * normalized[row + j] + bias[j];
            }
        }
    }

    /**
     * The gradients of {@link #forward}; the sums in dX run over the features of a row, the others over the rows.
     *
     * <pre>
     * dBias += Σ dOut;  dWeight += Σ dOut ∘ normalized;  dNormalized = weight ∘ dOut
     * dX = inverseDeviation · (dNormalized - Σ dNormalized / features
     *                          - normalized · Σ (dNormalized ∘ normalized) / features)
     * </pre>
     *
     * <p>Reads dOut, normalized, weight and inverseDeviation, (rows); adds to dWeight and dBias; writes dX, which is
     * neither dOut nor normalized.
     */
    public static void backward(NormalizationArrays arrays) {
        if (arrays.isFloat64()) {
            backwardFloat64(arrays);
        } else {
            backwardFloat32(arrays);
        }
    }

    private static void backwardFloat32(NormalizationArrays arrays) {
        var dOut = (float[]) arrays.dOut;
        var normalized = (float[]) arrays.normalized;
        var weight = (float[]) arrays.weight;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        var dWeight = (float[]) arrays.dWeight;
        var dBias = (float[]) arrays.dBias;
        var dX = (float[]) arrays.dX;
        int features = arrays.features;
        float[] products = Scratch.floats(features);
        for (int i = 0; i < arrays.rows; i++) {
            int row = i * features;
            for (int j = 0; j < features; j++) {
                float dNormalized = weight[j] * dOut[row + j];
                dBias[j] += dOut[row + j];
                dWeight[j] += dOut[row + j] * normalized[row + j];
                dX[row + j] = dNormalized;
                products[j] = dNormalized * normalized[row + j];
            }
            float mean = Reduction.sum(dX, row, features) / features;
            float slope = Reduction.sum(products, 0, features) / features;
            float inverse = inverseDeviation[i];
            for (int j = 0; j < features; j++) {
                dX[row + j] = inverse * (dX[row + j] - mean - normalized[row + j] * slope);
            }
        }
    }

    private static void backwardFloat64(NormalizationArrays arrays) {
        var dOut = (double[]) arrays.dOut;
        var normalized = (double[]) arrays.normalized;
        var weight = (double[]) arrays.weight;
        var inverseDeviation = (double[]) arrays.inverseDeviation;
        var dWeight = (double[]) arrays.dWeight;
        var dBias = (double[]) arrays.dBias;
        var dX = (double[]) arrays.dX;
        int features = arrays.features;
        for (int i = 0; i < arrays.rows; i++) {
            int row = i * features;
            double sum = 0;
            double products = 0;
            for (int j = 0; j < features; j++) {
                double dNormalized = weight[j] * dOut[row + j];
                dBias[j] += dOut[row + j];
                dWeight[j] += dOut[row + j] * normalized[row + j];
                sum += dNormalized;
                products += dNormalized * normalized[row + j];
            }
            for (int j = 0; j < features; j++) {
                double dNormalized = weight[j] * dOut[row + j];
                dX[row + j] = inverseDeviation[i]
                        * (dNormalized - sum / features - normalized[row + j] * products / features);
            }
        }
    }
}
