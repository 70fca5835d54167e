package handgrad.kernel.norm;

import handgrad.kernel.Reduction;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;

/**
 * Layer normalisation of x (rows, features) over the features of each row. The loops over a row are plain, so that C2 turns
 * them into vector code, and its sums are those of {@link Reduction}, so every machine gives the same bits.
 */
public final class LayerNormalization {
    private LayerNormalization() {}

    /**
     * Normalises each row with its own mean and variance.
     *
     * <pre>
     * mean = Σ x / features;  variance = Σ (x - mean)² / features;  inverseDeviation = 1 / √(variance + epsilon)
     * normalized = (x - mean) · inverseDeviation;  out = gain ∘ normalized + bias
     * </pre>
     *
     * @param x (rows, features)
     * @param gain (features)
     * @param bias (features)
     * @param inverseDeviation (rows), written
     * @param normalized (rows, features), written; not x
     * @param out (rows, features), written; neither x nor normalized
     */
    public static void forward(
            float[] x,
            int rows,
            int features,
            float[] gain,
            float[] bias,
            float epsilon,
            float[] inverseDeviation,
            float[] normalized,
            float[] out) {
        int blockRows = Parallel.rows(features);
        if (rows <= blockRows) {
            forward(x, 0, rows, features, gain, bias, epsilon, inverseDeviation, normalized, out);
        } else {
            Parallel.ranges(
                    rows,
                    blockRows,
                    (from, to) ->
                            forward(x, from, to, features, gain, bias, epsilon, inverseDeviation, normalized, out));
        }
    }

    private static void forward(
            float[] x,
            int from,
            int to,
            int features,
            float[] gain,
            float[] bias,
            float epsilon,
            float[] inverseDeviation,
            float[] normalized,
            float[] out) {
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
                out[row + j] = gain[j] * normalized[row + j] + bias[j];
            }
        }
    }

    /** As the float32 form, in float64. */
    public static void forward(
            double[] x,
            int rows,
            int features,
            double[] gain,
            double[] bias,
            double epsilon,
            double[] inverseDeviation,
            double[] normalized,
            double[] out) {
        for (int i = 0; i < rows; i++) {
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
            inverseDeviation[i] = 1 / Math.sqrt(squares / features + epsilon);
            for (int j = 0; j < features; j++) {
                normalized[row + j] *= inverseDeviation[i];
                out[row + j] = gain[j] * normalized[row + j] + bias[j];
            }
        }
    }

    /**
     * The gradients of {@link #forward}; the sums in dX run over the features of a row, the others over the rows.
     *
     * <pre>
     * dBias += Σ dOut;  dGain += Σ dOut ∘ normalized;  dNormalized = gain ∘ dOut
     * dX = inverseDeviation · (dNormalized - Σ dNormalized / features - normalized · Σ (dNormalized ∘ normalized) / features)
     * </pre>
     *
     * @param dOut (rows, features)
     * @param normalized (rows, features), as forward wrote it
     * @param gain (features)
     * @param inverseDeviation (rows), as forward wrote it
     * @param dGain (features), added to
     * @param dBias (features), added to
     * @param dX (rows, features), written; neither dOut nor normalized
     */
    public static void backward(
            float[] dOut,
            float[] normalized,
            int rows,
            int features,
            float[] gain,
            float[] inverseDeviation,
            float[] dGain,
            float[] dBias,
            float[] dX) {
        float[] products = Scratch.floats(features);
        for (int i = 0; i < rows; i++) {
            int row = i * features;
            for (int j = 0; j < features; j++) {
                float dNormalized = gain[j] * dOut[row + j];
                dBias[j] += dOut[row + j];
                dGain[j] += dOut[row + j] * normalized[row + j];
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

    /** As the float32 form, in float64. */
    public static void backward(
            double[] dOut,
            double[] normalized,
            int rows,
            int features,
            double[] gain,
            double[] inverseDeviation,
            double[] dGain,
            double[] dBias,
            double[] dX) {
        for (int i = 0; i < rows; i++) {
            int row = i * features;
            double sum = 0;
            double products = 0;
            for (int j = 0; j < features; j++) {
                double dNormalized = gain[j] * dOut[row + j];
                dBias[j] += dOut[row + j];
                dGain[j] += dOut[row + j] * normalized[row + j];
                sum += dNormalized;
                products += dNormalized * normalized[row + j];
            }
            for (int j = 0; j < features; j++) {
                double dNormalized = gain[j] * dOut[row + j];
                dX[row + j] = inverseDeviation[i]
                        * (dNormalized - sum / features - normalized[row + j] * products / features);
            }
        }
    }
}
