package handgrad.kernel.norm;

import handgrad.kernel.PairwiseSum;
import handgrad.kernel.Reduction;
import handgrad.kernel.WideMoments;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.VectorSupport;
import java.util.function.IntToDoubleFunction;

/**
 * Layer normalisation of x (rows, features) over the features of each row. The loops over a row are plain, so that C2
 * turns them into vector code, and its sums are those of {@link Reduction}, so every machine gives the same bits. The
 * statistics have the bounds of {@link BatchNormalization}; the pivot of a row is its mean, rounded.
 */
public final class LayerNormalization {
    /** Elements in a group of rows, at most, but for a single row: with all arrays half of a first-level cache. */
    private static final int GROUP_ELEMENTS = 1 << 11;

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
            Parallel.evenRanges(arrays.rows, blockRows, (from, to) -> forward(arrays, from, to));
        }
    }

    private static void forward(NormalizationArrays arrays, int from, int to) {
        int group = group(arrays.features);
        for (int first = from; first < to; first += group) {
            int end = Math.min(to, first + group);
            for (int i = first; i < end; i++) {
                deviations(arrays, i * arrays.features);
            }
            for (int i = first; i < end; i++) {
                normalize(arrays, i);
            }
        }
    }

    /**
     * Rows that take each step of a pass together. A processor cannot read back at once what was just written in other
     * vectors, so the sums of what a row wrote are taken after the other rows of its group wrote theirs.
     */
    private static int group(int features) {
        return Math.max(1, GROUP_ELEMENTS / Math.max(1, features));
    }

    /** Sets a row of normalized to its deviations, and leaves their squares in out for their sum. */
    private static void deviations(NormalizationArrays arrays, int row) {
        var x = (float[]) arrays.x;
        var normalized = (float[]) arrays.normalized;
        var out = (float[]) arrays.out;
        int features = arrays.features;
        float mean = (float) (Reduction.sum(x, row, features) / features);
        int done = VectorSupport.fill(features)
                ? VectorLayerNormalization.deviations(x, row, mean, normalized, out, features)
                : 0;
        for (int j = row + done; j < row + features; j++) {
            float deviation = x[j] - mean;
            normalized[j] = deviation;
            out[j] = deviation * deviation;
        }
    }

    /** Sets row i of the results, once its deviations and their squares are there. */
    private static void normalize(NormalizationArrays arrays, int i) {
        var weight = (float[]) arrays.weight;
        var bias = (float[]) arrays.bias;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        var normalized = (float[]) arrays.normalized;
        var out = (float[]) arrays.out;
        int features = arrays.features;
        int row = i * features;
        // What the mean was rounded by is the mean of the deviations.
        double rest = Reduction.sum(normalized, row, features) / features;
        double squares = Reduction.sum(out, row, features) - features * rest * rest;
        double variance = Math.max(0, squares) / features;
        float center = (float) rest;
        float inverse = (float) (1 / Math.sqrt(variance + arrays.epsilon));
        inverseDeviation[i] = inverse;
        if (!arrays.hasDigits((float) variance)) {
            inverseDeviation[i] = normalizeWide(arrays, row);
            center = 0;
            inverse = 1;
        }
        int done = VectorSupport.fill(features)
                ? VectorLayerNormalization.normalize(normalized, row, center, inverse, weight, bias, out, features)
                : 0;
        for (int j = done; j < features; j++) {
            float unit = (normalized[row + j] - center) * inverse;
            normalized[row + j] = unit;
            out[row + j] = weight[j] * unit + bias[j];
        }
    }

    /** Normalises a row in float64, and returns its inverse deviation. */
    private static float normalizeWide(NormalizationArrays arrays, int row) {
        var x = (float[]) arrays.x;
        var normalized = (float[]) arrays.normalized;
        var moments = WideMoments.of(arrays.features, j -> x[row + j]);
        double inverse = 1 / Math.sqrt(moments.squares() / arrays.features + arrays.epsilon);
        for (int j = row; j < row + arrays.features; j++) {
            normalized[j] = (float) ((x[j] - moments.mean()) * inverse);
        }
        return (float) inverse;
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
            var moments = WideMoments.of(features, j -> x[row + j]);
            inverseDeviation[i] = 1 / Math.sqrt(moments.squares() / features + arrays.epsilon);
            for (int j = 0; j < features; j++) {
                normalized[row + j] = (x[row + j] - moments.mean()) * inverseDeviation[i];
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
            return;
        }
        arrays.means = Scratch.shared(2 * arrays.features);
        BatchNormalization.backwardSums(arrays);
        int blockRows = Parallel.rows(arrays.features);
        if (arrays.rows <= blockRows) {
            backwardRows(arrays, 0, arrays.rows);
        } else {
            Parallel.evenRanges(arrays.rows, blockRows, (from, to) -> backwardRows(arrays, from, to));
        }
    }

    /** dX of the rows {@code from} to before {@code to}. */
    private static void backwardRows(NormalizationArrays arrays, int from, int to) {
        int features = arrays.features;
        int group = group(features);
        float[] products = Scratch.floats(group * features);
        for (int first = from; first < to; first += group) {
            int end = Math.min(to, first + group);
            for (int i = first; i < end; i++) {
                products(arrays, i * features, products, (i - first) * features);
            }
            for (int i = first; i < end; i++) {
                backwardRow(arrays, i, products, (i - first) * features);
            }
        }
    }

    /** Sets a row of dX to dNormalized, and a row of products to dNormalized ∘ normalized. */
    private static void products(NormalizationArrays arrays, int row, float[] products, int at) {
        var dOut = (float[]) arrays.dOut;
        var normalized = (float[]) arrays.normalized;
        var weight = (float[]) arrays.weight;
        var dX = (float[]) arrays.dX;
        int features = arrays.features;
        int done = VectorSupport.fill(features)
                ? VectorLayerNormalization.products(dOut, row, weight, normalized, dX, products, at, features)
                : 0;
        for (int j = done; j < features; j++) {
            float dNormalized = weight[j] * dOut[row + j];
            dX[row + j] = dNormalized;
            products[at + j] = dNormalized * normalized[row + j];
        }
    }

    /** Sets row i of dX, which holds dNormalized, to the gradient. */
    private static void backwardRow(NormalizationArrays arrays, int i, float[] products, int at) {
        var normalized = (float[]) arrays.normalized;
        var dX = (float[]) arrays.dX;
        int features = arrays.features;
        int row = i * features;
        float mean = (float) (Reduction.sum(dX, row, features) / features);
        float slope = (float) (Reduction.sum(products, at, features) / features);
        float inverse = ((float[]) arrays.inverseDeviation)[i];
        int done = VectorSupport.fill(features)
                ? VectorLayerNormalization.gradient(dX, row, mean, slope, inverse, normalized, features)
                : 0;
        for (int j = done; j < features; j++) {
            dX[row + j] = inverse * (dX[row + j] - mean - normalized[row + j] * slope);
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
            IntToDoubleFunction dNormalized = j -> weight[j] * dOut[row + j];
            double mean = PairwiseSum.of(features, dNormalized) / features;
            double slope = PairwiseSum.of(features, j -> dNormalized.applyAsDouble(j) * normalized[row + j]) / features;
            for (int j = 0; j < features; j++) {
                dX[row + j] = inverseDeviation[i] * (dNormalized.applyAsDouble(j) - mean - normalized[row + j] * slope);
            }
        }
        for (int j = 0; j < features; j++) {
            int column = j;
            dBias[j] += PairwiseSum.of(arrays.rows, i -> dOut[i * features + column]);
            dWeight[j] +=
                    PairwiseSum.of(arrays.rows, i -> dOut[i * features + column] * normalized[i * features + column]);
        }
    }
}
