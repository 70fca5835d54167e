package handgrad.kernel.norm;

import handgrad.kernel.PairwiseSum;
import handgrad.kernel.Reduction;
import handgrad.kernel.WideMoments;

/** Batch normalisation column by column, in float32 and float64: the fallback, the tail and the oracle. */
public final class ScalarBatchNormalization {
    private ScalarBatchNormalization() {}

    /** As {@link BatchNormalization#forward}, in float32. */
    public static void forward(NormalizationArrays arrays) {
        arrays.rest = new float[arrays.features];
        statistics(arrays, 0, arrays.features);
        repair(arrays, 0, arrays.features);
        normalize(arrays, 0, arrays.rows);
    }

    /** mean, rest, variance and inverseDeviation of the columns {@code first} to before {@code end}. */
    static void statistics(NormalizationArrays arrays, int first, int end) {
        var x = (float[]) arrays.x;
        var mean = (float[]) arrays.mean;
        var variance = (float[]) arrays.variance;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        int features = arrays.features;
        int rows = arrays.rows;
        int sample = Math.min(rows, Reduction.BLOCK_ROWS);
        for (int j = first; j < end; j++) {
            float ofSample = 0;
            for (int i = 0; i < sample; i++) {
                ofSample += x[i * features + j];
            }
            float pivot = ofSample / sample;
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < rows; ) {
                float ofBlock = 0;
                float squaresOfBlock = 0;
                for (int blockEnd = Math.min(rows, i + Reduction.BLOCK_ROWS); i < blockEnd; i++) {
                    float deviation = x[i * features + j] - pivot;
                    ofBlock += deviation;
                    squaresOfBlock += deviation * deviation;
                }
                sum += ofBlock;
                squares += squaresOfBlock;
            }
            float shift = (float) sum / rows;
            mean[j] = pivot + shift;
            arrays.rest[j] = pivot - mean[j] + shift;
            float ofMean = (float) sum * shift;
            variance[j] = ofMean > (float) squares * trust(rows)
                    ? Float.NaN
                    : Math.max(0, (float) squares - ofMean) / arrays.divisor;
            inverseDeviation[j] = 1 / (float) Math.sqrt(variance[j] + (float) arrays.epsilon);
        }
    }

    /**
     * How much of the squared deviations from the pivot may come from the pivot itself. Where it is more, digits would
     * be lost as that is taken off, so the variance is NaN until {@link #repair}. A pivot of all rows is always good.
     */
    static float trust(int rows) {
        return rows > Reduction.BLOCK_ROWS ? 0.5f : Float.POSITIVE_INFINITY;
    }

    /**
     * Takes those of the columns {@code first} to before {@code end} again in float64 whose variance has no or few
     * digits in float32; returns whether there are any.
     */
    static boolean repair(NormalizationArrays arrays, int first, int end) {
        boolean any = false;
        for (int j = first; j < end; j++) {
            if (arrays.hasDigits(((float[]) arrays.variance)[j])) {
                continue;
            }
            any = true;
            int column = j;
            var x = (float[]) arrays.x;
            var moments = WideMoments.of(arrays.rows, i -> x[i * arrays.features + column]);
            arrays.setStatistics(j, moments);
        }
        return any;
    }

    static void statisticsFloat64(NormalizationArrays arrays) {
        var x = (double[]) arrays.x;
        int features = arrays.features;
        for (int j = 0; j < features; j++) {
            int column = j;
            arrays.setStatistics(j, WideMoments.of(arrays.rows, i -> x[i * features + column]));
        }
    }

    /** normalized and out of the rows {@code from} to before {@code to}, all columns. */
    static void normalize(NormalizationArrays arrays, int from, int to) {
        var x = (float[]) arrays.x;
        var weight = (float[]) arrays.weight;
        var bias = (float[]) arrays.bias;
        var mean = (float[]) arrays.mean;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        float[] rest = arrays.rest;
        var normalized = (float[]) arrays.normalized;
        var out = (float[]) arrays.out;
        int features = arrays.features;
        for (int row = from * features; row < to * features; row += features) {
            for (int j = 0; j < features; j++) {
                normalized[row + j] = (x[row + j] - mean[j] - rest[j]) * inverseDeviation[j];
                out[row + j] = weight[j] * normalized[row + j] + bias[j];
            }
        }
    }

    static void normalizeFloat64(NormalizationArrays arrays) {
        var x = (double[]) arrays.x;
        var weight = (double[]) arrays.weight;
        var bias = (double[]) arrays.bias;
        var mean = (double[]) arrays.mean;
        var inverseDeviation = (double[]) arrays.inverseDeviation;
        var normalized = (double[]) arrays.normalized;
        var out = (double[]) arrays.out;
        int features = arrays.features;
        for (int row = 0; row < arrays.rows * features; row += features) {
            for (int j = 0; j < features; j++) {
                normalized[row + j] = (x[row + j] - mean[j]) * inverseDeviation[j];
                out[row + j] = weight[j] * normalized[row + j] + bias[j];
            }
        }
    }

    /** As {@link BatchNormalization#backward}, in float32. */
    public static void backward(NormalizationArrays arrays) {
        arrays.means = new float[2 * arrays.features];
        backwardSums(arrays, 0, arrays.features);
        backwardRows(arrays, 0, arrays.rows);
    }

    /**
     * Adds to dWeight and dBias of the columns {@code first} to before {@code end}; writes Σ dOut / rows and from
     * {@code features} on Σ (dOut ∘ normalized) / divisor to {@code means}, (2, features).
     */
    static void backwardSums(NormalizationArrays arrays, int first, int end) {
        var dOut = (float[]) arrays.dOut;
        var normalized = (float[]) arrays.normalized;
        var dWeight = (float[]) arrays.dWeight;
        var dBias = (float[]) arrays.dBias;
        var means = (float[]) arrays.means;
        int features = arrays.features;
        int rows = arrays.rows;
        for (int j = first; j < end; j++) {
            double sum = 0;
            double product = 0;
            for (int i = 0; i < rows; ) {
                float ofBlock = 0;
                float productOfBlock = 0;
                for (int blockEnd = Math.min(rows, i + Reduction.BLOCK_ROWS); i < blockEnd; i++) {
                    int at = i * features + j;
                    ofBlock += dOut[at];
                    productOfBlock += dOut[at] * normalized[at];
                }
                sum += ofBlock;
                product += productOfBlock;
            }
            dBias[j] += (float) sum;
            dWeight[j] += (float) product;
            means[j] = (float) sum / rows;
            means[features + j] = (float) product / arrays.divisor;
        }
    }

    /** dX of the rows {@code from} to before {@code to}, all columns. */
    static void backwardRows(NormalizationArrays arrays, int from, int to) {
        var dOut = (float[]) arrays.dOut;
        var normalized = (float[]) arrays.normalized;
        var weight = (float[]) arrays.weight;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        var dX = (float[]) arrays.dX;
        var means = (float[]) arrays.means;
        int features = arrays.features;
        for (int row = from * features; row < to * features; row += features) {
            for (int j = 0; j < features; j++) {
                float scale = weight[j] * inverseDeviation[j];
                dX[row + j] = scale * (dOut[row + j] - means[j] - normalized[row + j] * means[features + j]);
            }
        }
    }

    static void backwardSumsFloat64(NormalizationArrays arrays) {
        var dOut = (double[]) arrays.dOut;
        var normalized = (double[]) arrays.normalized;
        var dWeight = (double[]) arrays.dWeight;
        var dBias = (double[]) arrays.dBias;
        var means = (double[]) arrays.means;
        int features = arrays.features;
        for (int j = 0; j < features; j++) {
            int column = j;
            double sum = PairwiseSum.of(arrays.rows, i -> dOut[i * features + column]);
            double product =
                    PairwiseSum.of(arrays.rows, i -> dOut[i * features + column] * normalized[i * features + column]);
            dBias[j] += sum;
            dWeight[j] += product;
            means[j] = sum / arrays.rows;
            means[features + j] = product / arrays.divisor;
        }
    }

    static void backwardRowsFloat64(NormalizationArrays arrays) {
        var dOut = (double[]) arrays.dOut;
        var normalized = (double[]) arrays.normalized;
        var weight = (double[]) arrays.weight;
        var inverseDeviation = (double[]) arrays.inverseDeviation;
        var dX = (double[]) arrays.dX;
        var means = (double[]) arrays.means;
        int features = arrays.features;
        for (int row = 0; row < arrays.rows * features; row += features) {
            for (int j = 0; j < features; j++) {
                double scale = weight[j] * inverseDeviation[j];
                dX[row + j] = scale * (dOut[row + j] - means[j] - normalized[row + j] * means[features + j]);
            }
        }
    }
}
