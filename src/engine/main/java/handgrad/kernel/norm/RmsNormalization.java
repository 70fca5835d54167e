package handgrad.kernel.norm;

import handgrad.kernel.PairwiseSum;
import handgrad.kernel.Reduction;
import handgrad.kernel.runtime.Parallel;
import java.util.function.IntToDoubleFunction;

/**
 * Normalisation of x (rows, features) by the root mean square of each row, in float64 within a row and rounded at its
 * end. A square of a float is neither too large nor too small for float64. The inverse root mean square of a row is
 * {@code inverseDeviation} of {@link NormalizationArrays}. No sum depends on the number of threads or on the vectors.
 */
public final class RmsNormalization {
    private RmsNormalization() {}

    /** A pass over the rows {@code from} to before {@code to}. */
    @FunctionalInterface
    private interface Rows {
        void run(NormalizationArrays arrays, int from, int to);
    }

    private static void overRows(NormalizationArrays arrays, Rows pass) {
        int blockRows = Parallel.rows(arrays.features);
        if (arrays.rows <= blockRows) {
            pass.run(arrays, 0, arrays.rows);
        } else {
            Parallel.evenRanges(arrays.rows, blockRows, (from, to) -> pass.run(arrays, from, to));
        }
    }

    /**
     * Divides each row by its root mean square.
     *
     * <pre>
     * inverse = 1 / √(Σ x² / features + epsilon);  normalized = x · inverse;  out = weight ∘ normalized
     * </pre>
     *
     * <p>Reads x, weight and epsilon; writes inverseDeviation, (rows), normalized, which is not x, and out, which is
     * neither.
     */
    public static void forward(NormalizationArrays arrays) {
        overRows(
                arrays,
                arrays.isFloat64() ? RmsNormalization::forwardFloat64Rows : RmsNormalization::forwardFloat32Rows);
    }

    private static void forwardFloat32Rows(NormalizationArrays arrays, int from, int to) {
        var x = (float[]) arrays.x;
        var weight = (float[]) arrays.weight;
        var inverses = (float[]) arrays.inverseDeviation;
        var normalized = (float[]) arrays.normalized;
        var out = (float[]) arrays.out;
        int features = arrays.features;
        for (int i = from; i < to; i++) {
            int row = i * features;
            double inverse = 1 / Math.sqrt(sumOfSquares(x, row, features) / features + arrays.epsilon);
            inverses[i] = (float) inverse;
            for (int j = 0; j < features; j++) {
                float unit = (float) (x[row + j] * inverse);
                normalized[row + j] = unit;
                out[row + j] = weight[j] * unit;
            }
        }
    }

    /** Σ x² of n elements from an offset on, in four partial sums, so that an addition need not wait for another. */
    private static double sumOfSquares(float[] x, int offset, int n) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int end = offset + n;
        int i = offset;
        for (; i < end - 3; i += 4) {
            a += (double) x[i] * x[i];
            b += (double) x[i + 1] * x[i + 1];
            c += (double) x[i + 2] * x[i + 2];
            d += (double) x[i + 3] * x[i + 3];
        }
        for (; i < end; i++) {
            a += (double) x[i] * x[i];
        }
        return (a + b) + (c + d);
    }

    private static void forwardFloat64Rows(NormalizationArrays arrays, int from, int to) {
        var x = (double[]) arrays.x;
        var weight = (double[]) arrays.weight;
        var inverses = (double[]) arrays.inverseDeviation;
        var normalized = (double[]) arrays.normalized;
        var out = (double[]) arrays.out;
        int features = arrays.features;
        for (int i = from; i < to; i++) {
            int row = i * features;
            double squares = PairwiseSum.of(features, j -> x[row + j] * x[row + j]);
            inverses[i] = 1 / Math.sqrt(squares / features + arrays.epsilon);
            for (int j = 0; j < features; j++) {
                normalized[row + j] = x[row + j] * inverses[i];
                out[row + j] = weight[j] * normalized[row + j];
            }
        }
    }

    /**
     * The gradients of {@link #forward}; the sum in dX runs over the features of a row, the other over the rows.
     *
     * <pre>
     * dWeight += Σ dOut ∘ normalized;  dNormalized = weight ∘ dOut
     * dX = inverse · (dNormalized - normalized · Σ (dNormalized ∘ normalized) / features)
     * </pre>
     *
     * <p>Reads dOut, normalized, weight and inverseDeviation, (rows); adds to dWeight; writes dX, which is neither dOut
     * nor normalized.
     */
    public static void backward(NormalizationArrays arrays) {
        boolean isFloat64 = arrays.isFloat64();
        // The products wait in dX for their sums.
        overRows(arrays, isFloat64 ? RmsNormalization::productsFloat64 : RmsNormalization::productsFloat32);
        Reduction.addRows(arrays.dX, 0, arrays.rows, arrays.features, arrays.dWeight, 0);
        overRows(arrays, isFloat64 ? RmsNormalization::backwardFloat64Rows : RmsNormalization::backwardFloat32Rows);
    }

    /** dX = dOut ∘ normalized: dX is only a place for the products here. */
    private static void productsFloat32(NormalizationArrays arrays, int from, int to) {
        var dOut = (float[]) arrays.dOut;
        var normalized = (float[]) arrays.normalized;
        var products = (float[]) arrays.dX;
        for (int k = from * arrays.features; k < to * arrays.features; k++) {
            products[k] = dOut[k] * normalized[k];
        }
    }

    private static void productsFloat64(NormalizationArrays arrays, int from, int to) {
        var dOut = (double[]) arrays.dOut;
        var normalized = (double[]) arrays.normalized;
        var products = (double[]) arrays.dX;
        for (int k = from * arrays.features; k < to * arrays.features; k++) {
            products[k] = dOut[k] * normalized[k];
        }
    }

    private static void backwardFloat32Rows(NormalizationArrays arrays, int from, int to) {
        var dOut = (float[]) arrays.dOut;
        var normalized = (float[]) arrays.normalized;
        var weight = (float[]) arrays.weight;
        var inverses = (float[]) arrays.inverseDeviation;
        var dX = (float[]) arrays.dX;
        int features = arrays.features;
        for (int i = from; i < to; i++) {
            int row = i * features;
            double even = 0;
            double odd = 0;
            int j = 0;
            for (; j < features - 1; j += 2) {
                even += (double) weight[j] * dOut[row + j] * normalized[row + j];
                odd += (double) weight[j + 1] * dOut[row + j + 1] * normalized[row + j + 1];
            }
            if (j < features) {
                even += (double) weight[j] * dOut[row + j] * normalized[row + j];
            }
            double slope = (even + odd) / features;
            double inverse = inverses[i];
            for (j = 0; j < features; j++) {
                double dNormalized = (double) weight[j] * dOut[row + j];
                dX[row + j] = (float) (inverse * (dNormalized - normalized[row + j] * slope));
            }
        }
    }

    private static void backwardFloat64Rows(NormalizationArrays arrays, int from, int to) {
        var dOut = (double[]) arrays.dOut;
        var normalized = (double[]) arrays.normalized;
        var weight = (double[]) arrays.weight;
        var inverses = (double[]) arrays.inverseDeviation;
        var dX = (double[]) arrays.dX;
        int features = arrays.features;
        for (int i = from; i < to; i++) {
            int row = i * features;
            IntToDoubleFunction dNormalized = j -> weight[j] * dOut[row + j];
            double slope = PairwiseSum.of(features, j -> dNormalized.applyAsDouble(j) * normalized[row + j]) / features;
            for (int j = 0; j < features; j++) {
                dX[row + j] = inverses[i] * (dNormalized.applyAsDouble(j) - normalized[row + j] * slope);
            }
        }
    }
}
