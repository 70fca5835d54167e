package handgrad.kernel;

/**
 * Batch normalisation of x (rows, features) over its rows. Every implementation does the same operations in the same
 * order and without fused multiply-add, so they give the same bits. Threads share the columns of a large matrix.
 */
public final class BatchNormalization {
    /** Floats of x that fit a first-level cache of 32 KiB. */
    private static final int SMALL = 1 << 13;

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
        if (rows * features <= SMALL && VectorSupport.fill(features)) {
            VectorSmallBatchNormalization.forward(
                    x, rows, features, gain, bias, epsilon, divisor, mean, variance, inverseDeviation, normalized, out);
        } else if (rows * features <= Parallel.BLOCK) {
            forward(
                    x,
                    rows,
                    features,
                    0,
                    features,
                    gain,
                    bias,
                    epsilon,
                    divisor,
                    mean,
                    variance,
                    inverseDeviation,
                    normalized,
                    out);
        } else {
            Parallel.ranges(
                    features,
                    Parallel.columns(features),
                    (first, end) -> forward(
                            x,
                            rows,
                            features,
                            first,
                            end,
                            gain,
                            bias,
                            epsilon,
                            divisor,
                            mean,
                            variance,
                            inverseDeviation,
                            normalized,
                            out));
        }
    }

    private static void forward(
            float[] x,
            int rows,
            int features,
            int first,
            int end,
            float[] gain,
            float[] bias,
            float epsilon,
            int divisor,
            float[] mean,
            float[] variance,
            float[] inverseDeviation,
            float[] normalized,
            float[] out) {
        if (VectorSupport.fill(end - first)) {
            VectorBatchNormalization.forward(
                    x,
                    rows,
                    features,
                    first,
                    end,
                    gain,
                    bias,
                    epsilon,
                    divisor,
                    mean,
                    variance,
                    inverseDeviation,
                    normalized,
                    out);
        } else {
            ScalarBatchNormalization.forward(
                    x,
                    rows,
                    features,
                    first,
                    end,
                    gain,
                    bias,
                    epsilon,
                    divisor,
                    mean,
                    variance,
                    inverseDeviation,
                    normalized,
                    out);
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
        if (rows * features <= SMALL && VectorSupport.fill(features)) {
            VectorSmallBatchNormalization.backward(
                    dOut, normalized, rows, features, gain, inverseDeviation, divisor, dGain, dBias, dX);
        } else if (rows * features <= Parallel.BLOCK) {
            backward(dOut, normalized, rows, features, 0, features, gain, inverseDeviation, divisor, dGain, dBias, dX);
        } else {
            Parallel.ranges(
                    features,
                    Parallel.columns(features),
                    (first, end) -> backward(
                            dOut,
                            normalized,
                            rows,
                            features,
                            first,
                            end,
                            gain,
                            inverseDeviation,
                            divisor,
                            dGain,
                            dBias,
                            dX));
        }
    }

    private static void backward(
            float[] dOut,
            float[] normalized,
            int rows,
            int features,
            int first,
            int end,
            float[] gain,
            float[] inverseDeviation,
            int divisor,
            float[] dGain,
            float[] dBias,
            float[] dX) {
        if (VectorSupport.fill(end - first)) {
            VectorBatchNormalization.backward(
                    dOut, normalized, rows, features, first, end, gain, inverseDeviation, divisor, dGain, dBias, dX);
        } else {
            ScalarBatchNormalization.backward(
                    dOut, normalized, rows, features, first, end, gain, inverseDeviation, divisor, dGain, dBias, dX);
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
        for (int i = from; i < to; i++) {
            int row = i * features;
            for (int j = 0; j < features; j++) {
                normalized[row + j] = (x[row + j] - mean[j]) * inverseDeviation[j];
                out[row + j] = gain[j] * normalized[row + j] + bias[j];
            }
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
