package handgrad.kernel.norm;

/** Batch normalisation column by column, in float32 and float64: the fallback, the tail and the oracle. */
public final class ScalarBatchNormalization {
    private ScalarBatchNormalization() {}

    /** As {@link BatchNormalization#forward}. */
    public static void forward(NormalizationArrays arrays) {
        if (arrays.isFloat64()) {
            statisticsFloat64(arrays);
        } else {
            statistics(arrays, 0, arrays.features);
        }
        apply(arrays);
    }

    /** mean, variance and inverseDeviation of the columns {@code first} to before {@code end}. */
    static void statistics(NormalizationArrays arrays, int first, int end) {
        var x = (float[]) arrays.x;
        var mean = (float[]) arrays.mean;
        var variance = (float[]) arrays.variance;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        int features = arrays.features;
        for (int j = first; j < end; j++) {
            float sum = 0;
            for (int i = 0; i < arrays.rows; i++) {
                sum += x[i * features + j];
            }
            float center = sum / arrays.rows;
            float squares = 0;
            for (int i = 0; i < arrays.rows; i++) {
                float difference = x[i * features + j] - center;
                squares += difference * difference;
            }
            mean[j] = center;
            variance[j] = squares / arrays.divisor;
            inverseDeviation[j] = 1 / (float) Math.sqrt(variance[j] + (float) arrays.epsilon);
        }
    }

    private static void statisticsFloat64(NormalizationArrays arrays) {
        var x = (double[]) arrays.x;
        var mean = (double[]) arrays.mean;
        var variance = (double[]) arrays.variance;
        var inverseDeviation = (double[]) arrays.inverseDeviation;
        int features = arrays.features;
        for (int j = 0; j < features; j++) {
            double sum = 0;
            for (int i = 0; i < arrays.rows; i++) {
                sum += x[i * features + j];
            }
            mean[j] = sum / arrays.rows;
            double squares = 0;
            for (int i = 0; i < arrays.rows; i++) {
                double difference = x[i * features + j] - mean[j];
                squares += difference * difference;
            }
            variance[j] = squares / arrays.divisor;
            inverseDeviation[j] = 1 / Math.sqrt(variance[j] + arrays.epsilon);
        }
    }

    /** As {@link BatchNormalization#apply}. */
    public static void apply(NormalizationArrays arrays) {
        if (arrays.isFloat64()) {
            applyFloat64(arrays);
        } else {
            apply(arrays, 0, arrays.rows);
        }
    }

    /** normalized and out of the rows {@code from} to before {@code to}, all columns. */
    static void apply(NormalizationArrays arrays, int from, int to) {
        var x = (float[]) arrays.x;
        var weight = (float[]) arrays.weight;
        var bias = (float[]) arrays.bias;
        var mean = (float[]) arrays.mean;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        var normalized = (float[]) arrays.normalized;
        var out = (float[]) arrays.out;
        int features = arrays.features;
        for (int row = from * features; row < to * features; row += features) {
            for (int j = 0; j < features; j++) {
                normalized[row + j] = (x[row + j] - mean[j]) * inverseDeviation[j];
                out[row + j] = weight[j] * normalized[row + j] + bias[j];
            }
        }
    }

    private static void applyFloat64(NormalizationArrays arrays) {
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

    /** As {@link BatchNormalization#backward}. */
    public static void backward(NormalizationArrays arrays) {
        if (arrays.isFloat64()) {
            backwardFloat64(arrays);
        } else {
            arrays.means = new float[2 * arrays.features];
            backwardSums(arrays, 0, arrays.features);
            backwardRows(arrays, 0, arrays.rows);
        }
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
        float[] means = arrays.means;
        int features = arrays.features;
        for (int j = first; j < end; j++) {
            float sum = 0;
            float product = 0;
            for (int i = 0; i < arrays.rows; i++) {
                int at = i * features + j;
                sum += dOut[at];
                product += dOut[at] * normalized[at];
            }
            dBias[j] += sum;
            dWeight[j] += product;
            means[j] = sum / arrays.rows;
            means[features + j] = product / arrays.divisor;
        }
    }

    /** dX of the rows {@code from} to before {@code to}, all columns. */
    static void backwardRows(NormalizationArrays arrays, int from, int to) {
        var dOut = (float[]) arrays.dOut;
        var normalized = (float[]) arrays.normalized;
        var weight = (float[]) arrays.weight;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        var dX = (float[]) arrays.dX;
        float[] means = arrays.means;
        int features = arrays.features;
        for (int row = from * features; row < to * features; row += features) {
            for (int j = 0; j < features; j++) {
                float scale = weight[j] * inverseDeviation[j];
                dX[row + j] = scale * (dOut[row + j] - means[j] - normalized[row + j] * means[features + j]);
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
        for (int j = 0; j < features; j++) {
            double sum = 0;
            double product = 0;
            for (int i = 0; i < arrays.rows; i++) {
                int at = i * features + j;
                sum += dOut[at];
                product += dOut[at] * normalized[at];
            }
            dBias[j] += sum;
            dWeight[j] += product;
            double scale = weight[j] * inverseDeviation[j];
            double meanGradient = sum / arrays.rows;
            double slope = product / arrays.divisor;
            for (int i = 0; i < arrays.rows; i++) {
                int at = i * features + j;
                dX[at] = scale * (dOut[at] - meanGradient - normalized[at] * slope);
            }
        }
    }
}
