package handgrad.kernel.norm;

/** Batch normalisation column by column, in float32 and float64: the fallback, the tail and the oracle. */
public final class ScalarBatchNormalization {
    private ScalarBatchNormalization() {}

    /** mean, variance and inverseDeviation of the columns {@code first} to before {@code end}. */
    public static void statistics(
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
        for (int j = first; j < end; j++) {
            float sum = 0;
            for (int i = 0; i < rows; i++) {
                sum += x[i * features + j];
            }
            float center = sum / rows;
            float squares = 0;
            for (int i = 0; i < rows; i++) {
                float difference = x[i * features + j] - center;
                squares += difference * difference;
            }
            mean[j] = center;
            variance[j] = squares / divisor;
            inverseDeviation[j] = 1 / (float) Math.sqrt(variance[j] + epsilon);
        }
    }

    /** normalized and out of the rows {@code from} to before {@code to}, all columns. */
    public static void apply(
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
        for (int row = from * features; row < to * features; row += features) {
            for (int j = 0; j < features; j++) {
                normalized[row + j] = (x[row + j] - mean[j]) * inverseDeviation[j];
                out[row + j] = gain[j] * normalized[row + j] + bias[j];
            }
        }
    }

    static void forward(
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
        for (int j = 0; j < features; j++) {
            double sum = 0;
            for (int i = 0; i < rows; i++) {
                sum += x[i * features + j];
            }
            double center = sum / rows;
            double squares = 0;
            for (int i = 0; i < rows; i++) {
                double difference = x[i * features + j] - center;
                squares += difference * difference;
            }
            mean[j] = center;
            variance[j] = squares / divisor;
            inverseDeviation[j] = 1 / Math.sqrt(variance[j] + epsilon);
            for (int i = 0; i < rows; i++) {
                int at = i * features + j;
                normalized[at] = (x[at] - center) * inverseDeviation[j];
                out[at] = gain[j] * normalized[at] + bias[j];
            }
        }
    }

    /**
     * Adds to dGain and dBias of the columns {@code first} to before {@code end}; writes Σ dOut / rows and from
     * {@code features} on Σ (dOut ∘ normalized) / divisor to {@code means}, (2, features).
     */
    public static void backwardSums(
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
        for (int j = first; j < end; j++) {
            float sum = 0;
            float product = 0;
            for (int i = 0; i < rows; i++) {
                int at = i * features + j;
                sum += dOut[at];
                product += dOut[at] * normalized[at];
            }
            dBias[j] += sum;
            dGain[j] += product;
            means[j] = sum / rows;
            means[features + j] = product / divisor;
        }
    }

    /** dX of the rows {@code from} to before {@code to}, all columns. */
    public static void backwardRows(
            float[] dOut,
            float[] normalized,
            int from,
            int to,
            int features,
            float[] gain,
            float[] inverseDeviation,
            float[] means,
            float[] dX) {
        for (int row = from * features; row < to * features; row += features) {
            for (int j = 0; j < features; j++) {
                float scale = gain[j] * inverseDeviation[j];
                dX[row + j] = scale * (dOut[row + j] - means[j] - normalized[row + j] * means[features + j]);
            }
        }
    }

    static void backward(
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
        for (int j = 0; j < features; j++) {
            double sum = 0;
            double product = 0;
            for (int i = 0; i < rows; i++) {
                int at = i * features + j;
                sum += dOut[at];
                product += dOut[at] * normalized[at];
            }
            dBias[j] += sum;
            dGain[j] += product;
            double scale = gain[j] * inverseDeviation[j];
            double meanGradient = sum / rows;
            double slope = product / divisor;
            for (int i = 0; i < rows; i++) {
                int at = i * features + j;
                dX[at] = scale * (dOut[at] - meanGradient - normalized[at] * slope);
            }
        }
    }
}
