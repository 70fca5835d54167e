package handgrad.kernel.norm;

import handgrad.kernel.Reduction;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Batch normalisation of a matrix x (rows, features) over its rows. Every implementation does the same operations in
 * the same order and without fused multiply-add, so they give the same bits. Threads share the columns of a large
 * matrix for its sums, else the rows. Float64 is for checking, in plain loops.
 *
 * <p><b>Statistics.</b> The sums are those of the deviations d = x - pivot, where the pivot is the mean of the first
 * block of rows, so that one pass gives both (Chan, Golub and LeVeque, "Algorithms for computing the sample variance",
 * The American Statistician, 1983):
 *
 * <pre>
 * mean = pivot + Σ d / n;  variance = (Σ d² - (Σ d)² / n) / divisor
 * </pre>
 *
 * A mean is kept with what it was rounded by, so that x - mean is as accurate as x, at any offset. Where the pivot was
 * so far off that the difference would lose digits, or squares leave the range of float32, the column is done again in
 * float64. So the relative error of a variance is at most 16 · 2⁻²⁴ · log₂ n; sums have the bound of {@link Reduction};
 * a column of equal numbers has exactly their value as mean, the variance 0, and 0 as normalised values.
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
        int features = arrays.features;
        if (!arrays.isFloat64()) {
            arrays.rest = Scratch.shared(features);
        }
        if (isSmall(arrays)) {
            VectorSmallBatchNormalization.forward(arrays);
            if (ScalarBatchNormalization.repair(arrays, 0, features)) {
                normalize(arrays);
            }
        } else {
            statistics(arrays);
            normalize(arrays);
        }
    }

    /**
     * Mean, rest, variance and inverseDeviation of each column.
     *
     * <p>Reads x, divisor and epsilon; writes the four.
     */
    public static void statistics(NormalizationArrays arrays) {
        int features = arrays.features;
        if (arrays.isFloat64()) {
            ScalarBatchNormalization.statisticsFloat64(arrays);
            return;
        }
        if (isOneBlock(arrays)) {
            statistics(arrays, 0, features);
        } else {
            Parallel.ranges(features, Parallel.columns(features), (first, end) -> statistics(arrays, first, end));
        }
    }

    private static boolean isSmall(NormalizationArrays arrays) {
        return !arrays.isFloat64()
                && arrays.rows <= Reduction.BLOCK_ROWS
                && arrays.rows * arrays.features <= SMALL
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
        ScalarBatchNormalization.repair(arrays, first, end);
    }

    /**
     * Normalises with given statistics: normalized = (x - mean) · inverseDeviation, out = weight · normalized + bias.
     *
     * <p>Reads x, weight, bias, mean and inverseDeviation; writes normalized and out.
     */
    public static void apply(NormalizationArrays arrays) {
        if (!arrays.isFloat64()) {
            arrays.rest = Scratch.shared(arrays.features);
            Arrays.fill(arrays.rest, 0, arrays.features, 0);
        }
        normalize(arrays);
    }

    /** As {@link #apply}, with a mean that is as accurate as its rest makes it; reads rest as well. */
    public static void normalize(NormalizationArrays arrays) {
        int blockRows = Parallel.rows(arrays.features);
        if (arrays.isFloat64()) {
            ScalarBatchNormalization.normalizeFloat64(arrays);
        } else if (arrays.rows <= blockRows) {
            normalize(arrays, 0, arrays.rows);
        } else {
            Parallel.evenRanges(arrays.rows, blockRows, (from, to) -> normalize(arrays, from, to));
        }
    }

    private static void normalize(NormalizationArrays arrays, int from, int to) {
        if (VectorSupport.fill(arrays.features)) {
            VectorBatchNormalization.normalize(arrays, from, to);
        } else {
            ScalarBatchNormalization.normalize(arrays, from, to);
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
        if (isSmall(arrays)) {
            VectorSmallBatchNormalization.backward(arrays);
        } else {
            arrays.means = arrays.isFloat64() ? new double[2 * arrays.features] : Scratch.shared(2 * arrays.features);
            backwardSums(arrays);
            backwardRows(arrays);
        }
    }

    /**
     * The first part of {@link #backward}: dBias += Σ dOut and dWeight += Σ dOut ∘ normalized.
     *
     * <p>Reads dOut, normalized and divisor; adds to dWeight and dBias; writes means.
     */
    public static void backwardSums(NormalizationArrays arrays) {
        int features = arrays.features;
        if (arrays.isFloat64()) {
            ScalarBatchNormalization.backwardSumsFloat64(arrays);
        } else if (isOneBlock(arrays)) {
            backwardSums(arrays, 0, features);
        } else {
            Parallel.ranges(features, Parallel.columns(features), (first, end) -> backwardSums(arrays, first, end));
        }
    }

    private static void backwardSums(NormalizationArrays arrays, int first, int end) {
        if (VectorSupport.fill(end - first)) {
            VectorBatchNormalization.backwardSums(arrays, first, end);
        } else {
            ScalarBatchNormalization.backwardSums(arrays, first, end);
        }
    }

    /**
     * The second part of {@link #backward}: dX = weight ∘ inverseDeviation ∘ (dOut - means₀ - normalized ∘ means₁).
     *
     * <p>Reads dOut, normalized, weight, inverseDeviation and means; writes dX, which is not dOut.
     */
    public static void backwardRows(NormalizationArrays arrays) {
        int blockRows = Parallel.rows(arrays.features);
        if (arrays.isFloat64()) {
            ScalarBatchNormalization.backwardRowsFloat64(arrays);
        } else if (arrays.rows <= blockRows) {
            backwardRows(arrays, 0, arrays.rows);
        } else {
            Parallel.evenRanges(arrays.rows, blockRows, (from, to) -> backwardRows(arrays, from, to));
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
