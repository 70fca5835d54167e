package handgrad.kernel.norm;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.VectorSupport;

/**
 * Batch normalisation of a matrix x (rows, features) over its rows. Every implementation does the same operations in
 * the same order and without fused multiply-add, so they give the same bits. Threads share the columns of a large
 * matrix for its sums, else the rows. Float64 is for checking, in plain loops.
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
     * normalized = (x - mean) · inverseDeviation;  out = weight · normalized + bias
     * </pre>
     *
     * <p>Reads x, weight, bias, divisor and epsilon; writes mean, variance, inverseDeviation, normalized and out, of
     * which neither of the last two is x.
     */
    public static void forward(NormalizationArrays arrays) {
        if (arrays.isFloat64()) {
            ScalarBatchNormalization.forward(arrays);
        } else if (isSmall(arrays)) {
            VectorSmallBatchNormalization.forward(arrays);
        } else {
            int features = arrays.features;
            if (isOneBlock(arrays)) {
                statistics(arrays, 0, features);
            } else {
                Parallel.ranges(features, Parallel.columns(features), (first, end) -> statistics(arrays, first, end));
            }
            apply(arrays);
        }
    }

    private static boolean isSmall(NormalizationArrays arrays) {
        return arrays.rows * arrays.features <= SMALL
                && VectorSupport.fill(arrays.features)
                && !VectorSupport.fill(arrays.features / LONG_ROW);
    }

    private static boolean isOneBlock(NormalizationArrays arrays) {
        return arrays.rows * arrays.features <= Parallel.BLOCK;
    }

    private static void statistics(NormalizationArrays arrays, int first, int end) {
        if (VectorSupport.fill(end - first)) {
            VectorBatchNormalization.statistics(arrays, first, end);
        } else {
            ScalarBatchNormalization.statistics(arrays, first, end);
        }
    }

    /**
     * Normalises with given statistics: normalized = (x - mean) · inverseDeviation, out = weight · normalized + bias.
     *
     * <p>Reads x, weight, bias, mean and inverseDeviation; writes normalized and out.
     */
    public static void apply(NormalizationArrays arrays) {
        int blockRows = Parallel.rows(arrays.features);
        if (arrays.isFloat64()) {
            ScalarBatchNormalization.apply(arrays);
        } else if (arrays.rows <= blockRows) {
            apply(arrays, 0, arrays.rows);
        } else {
            Parallel.ranges(arrays.rows, blockRows, (from, to) -> apply(arrays, from, to));
        }
    }

    private static void apply(NormalizationArrays arrays, int from, int to) {
        if (VectorSupport.fill(arrays.features)) {
            VectorBatchNormalization.apply(arrays, from, to);
        } else {
            ScalarBatchNormalization.apply(arrays, from, to);
        }
    }

    /**
     * The gradients of {@link #forward}.
     *
     * <pre>
     * dBias += Σ dOut;  dWeight += Σ dOut ∘ normalized;  dNormalized = weight ∘ dOut
     * dX = inverseDeviation ∘ (dNormalized - Σ dNormalized / rows
     *                          - normalized ∘ Σ (dNormalized ∘ normalized) / divisor)
     * </pre>
     *
     * <p>Reads dOut, weight, divisor, normalized and inverseDeviation; adds to dWeight and dBias; writes dX, which is
     * not dOut.
     */
    public static void backward(NormalizationArrays arrays) {
        int rows = arrays.rows;
        int features = arrays.features;
        if (arrays.isFloat64()) {
            ScalarBatchNormalization.backward(arrays);
        } else if (isSmall(arrays)) {
            VectorSmallBatchNormalization.backward(arrays);
        } else {
            arrays.means = Scratch.shared(2 * features);
            if (isOneBlock(arrays)) {
                backwardSums(arrays, 0, features);
                backwardRows(arrays, 0, rows);
            } else {
                Parallel.ranges(features, Parallel.columns(features), (first, end) -> backwardSums(arrays, first, end));
                Parallel.ranges(rows, Parallel.rows(features), (from, to) -> backwardRows(arrays, from, to));
            }
        }
    }

    private static void backwardSums(NormalizationArrays arrays, int first, int end) {
        if (VectorSupport.fill(end - first)) {
            VectorBatchNormalization.backwardSums(arrays, first, end);
        } else {
            ScalarBatchNormalization.backwardSums(arrays, first, end);
        }
    }

    private static void backwardRows(NormalizationArrays arrays, int from, int to) {
        if (VectorSupport.fill(arrays.features)) {
            VectorBatchNormalization.backwardRows(arrays, from, to);
        } else {
            ScalarBatchNormalization.backwardRows(arrays, from, to);
        }
    }
}
