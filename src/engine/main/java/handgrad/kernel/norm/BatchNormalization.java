package handgrad.kernel.norm;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.VectorSupport;

/**
 * Batch normalisation of x (rows, features) over its rows. Every implementation does the same operations in the same
 * order and without fused multiply-add, so they give the same bits. Threads share the columns of a large matrix for
 * its sums, else the rows.
 */
public final class BatchNormalization {
    /** Floats of x that fit a first-level cache of 32 KiB. */
    private static final int SMALL = 1 << 13;

    /** Vectors in a row from which on rows are read as they lie, however few there are. */
    private static final int LONG_ROW = 16;

    private BatchNormalization() {}

    /**
     * Normalises each column with its own mean and variance.
     *
     * <pre>
     * mean = Σ x / rows;  variance = Σ (x - mean)² / divisor;  inverseDeviation = 1 / √(variance + epsilon)
     * normalized = (x - mean) · inverseDeviation;  out = gain · normalized + bias
     * </pre>
     *
     * @param x (rows, features)
     * @param gain (features)
     * @param bias (features)
     * @param divisor rows for the biased variance, rows - 1 for the unbiased one
     * @param mean (features), written
     * @param variance (features), written
     * @param inverseDeviation (features), written
     * @param normalized (rows, features), written; not x
     * @param out (rows, features), written; not x
     */
    public static void forward(
            float[] x,
            int rows,
            int features,
            float[] gain,
            float[] bias,
            float epsilon,
            int divisor,
            float[] mean,
            float[] variance,
            float[] inverseDeviation,
            float[] normalized,
            float[] out) {
        if (isSmall(rows, features)) {
            VectorSmallBatchNormalization.forward(
                    x, rows, features, gain, bias, epsilon, divisor, mean, variance, inverseDeviation, normalized, out);
            return;
        }
        if (rows * features <= Parallel.BLOCK) {
            statistics(x, rows, features, 0, features, epsilon, divisor, mean, variance, inverseDeviation);
        } else {
            Parallel.ranges(
                    features,
                    Parallel.columns(features),
                    (first, end) -> statistics(
                            x, rows, features, first, end, epsilon, divisor, mean, variance, inverseDeviation));
        }
        apply(x, rows, features, gain, bias, mean, inverseDeviation, normalized, out);
    }

    private static boolean isSmall(int rows, int features) {
        return rows * features <= SMALL && VectorSupport.fill(features) && !VectorSupport.fill(features / LONG_ROW);
    }

    private static void statistics(
            float[] x,
            int rows,
            int features,
            int first,
            int end,
            float epsilon,
            int divisor,
            float[] mean,
            float[] variance,
            float[] inverseDeviation) {
        if (VectorSupport.fill(end - first)) {
            VectorBatchNormalization.statistics(
                    x, rows, features, first, end, epsilon, divisor, mean, variance, inverseDeviation);
        } else {
            ScalarBatchNormalization.statistics(
                    x, rows, features, first, end, epsilon, divisor, mean, variance, inverseDeviation);
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
            int divisor,
            double[] mean,
            double[] variance,
            double[] inverseDeviation,
            double[] normalized,
            double[] out) {
        ScalarBatchNormalization.forward(
                x, rows, features, gain, bias, epsilon, divisor, mean, variance, inverseDeviation, normalized, out);
    }

    /**
     * The gradients of {@link #forward}.
     *
     * <pre>
     * dBias += Σ dOut;  dGain += Σ dOut ∘ normalized;  dNormalized = gain ∘ dOut
     * dX = inverseDeviation ∘ (dNormalized - Σ dNormalized / rows - normalized ∘ Σ (dNormalized ∘ normalized) / divisor)
     * </pre>
     *
     * @param dOut (rows, features)
     * @param normalized (rows, features), as forward wrote it
     * @param dGain (features), added to
     * @param dBias (features), added to
     * @param dX (rows, features), written; not dOut
     */
    public static void backward(
            float[] dOut,
            float[] normalized,
            int rows,
            int features,
            float[] gain,
            float[] inverseDeviation,
            int divisor,
            float[] dGain,
            float[] dBias,
            float[] dX) {
        if (isSmall(rows, features)) {
            VectorSmallBatchNormalization.backward(
                    dOut, normalized, rows, features, gain, inverseDeviation, divisor, dGain, dBias, dX);
            return;
        }
        float[] means = Scratch.shared(2 * features);
        if (rows * features <= Parallel.BLOCK) {
            backwardSums(dOut, normalized, rows, features, 0, features, divisor, dGain, dBias, means);
            backwardRows(dOut, normalized, 0, rows, features, gain, inverseDeviation, means, dX);
        } else {
            Parallel.ranges(
                    features,
                    Parallel.columns(features),
                    (first, end) ->
                            backwardSums(dOut, normalized, rows, features, first, end, divisor, dGain, dBias, means));
            Parallel.ranges(
                    rows,
                    Parallel.rows(features),
                    (from, to) ->
                            backwardRows(dOut, normalized, from, to, features, gain, inverseDeviation, means, dX));
        }
    }

    private static void backwardSums(
            float[] dOut,
            float[] normalized,
            int rows,
            int features,
            int first,
            int end,
            int divisor,
            float[] dGain,
            float[] dBias,
            float[] means) {
        if (VectorSupport.fill(end - first)) {
            VectorBatchNormalization.backwardSums(
                    dOut, normalized, rows, features, first, end, divisor, dGain, dBias, means);
        } else {
            ScalarBatchNormalization.backwardSums(
                    dOut, normalized, rows, features, first, end, divisor, dGain, dBias, means);
        }
    }

    private static void backwardRows(
            float[] dOut,
            float[] normalized,
            int from,
            int to,
            int features,
            float[] gain,
            float[] inverseDeviation,
            float[] means,
            float[] dX) {
        if (VectorSupport.fill(features)) {
            VectorBatchNormalization.backwardRows(
                    dOut, normalized, from, to, features, gain, inverseDeviation, means, dX);
        } else {
            ScalarBatchNormalization.backwardRows(
                    dOut, normalized, from, to, features, gain, inverseDeviation, means, dX);
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
            int divisor,
            double[] dGain,
            double[] dBias,
            double[] dX) {
        ScalarBatchNormalization.backward(
                dOut, normalized, rows, features, gain, inverseDeviation, divisor, dGain, dBias, dX);
    }

    /**
     * Normalises with given statistics: normalized = (x - mean) · inverseDeviation, out = gain · normalized + bias.
     *
     * @param x (rows, features)
     * @param mean (features)
     * @param inverseDeviation (features)
     * @param normalized (rows, features), written
     * @param out (rows, features), written
     */
    public static void apply(
            float[] x,
            int rows,
            int features,
            float[] gain,
            float[] bias,
            float[] mean,
            float[] inverseDeviation,
            float[] normalized,
            float[] out) {
        int blockRows = Parallel.rows(features);
        if (rows <= blockRows) {
            apply(x, 0, rows, features, gain, bias, mean, inverseDeviation, normalized, out);
        } else {
            Parallel.ranges(
                    rows,
                    blockRows,
                    (from, to) -> apply(x, from, to, features, gain, bias, mean, inverseDeviation, normalized, out));
        }
    }

    private static void apply(
            float[] x,
            int from,
            int to,
            int features,
            float[] gain,
            float[] bias,
            float[] mean,
            float[] inverseDeviation,
            float[] normalized,
            float[] out) {
        if (VectorSupport.fill(features)) {
            VectorBatchNormalization.apply(x, from, to, features, gain, bias, mean, inverseDeviation, normalized, out);
        } else {
            ScalarBatchNormalization.apply(x, from, to, features, gain, bias, mean, inverseDeviation, normalized, out);
        }
    }

    /** As the float32 form, in float64. */
    public static void apply(
            double[] x,
            int rows,
            int features,
            double[] gain,
            double[] bias,
            double[] mean,
            double[] inverseDeviation,
            double[] normalized,
            double[] out) {
        for (int i = 0; i < rows; i++) {
            int row = i * features;
            for (int j = 0; j < features; j++) {
                normalized[row + j] = (x[row + j] - mean[j]) * inverseDeviation[j];
                out[row + j] = gain[j] * normalized[row + j] + bias[j];
            }
        }
    }
}
