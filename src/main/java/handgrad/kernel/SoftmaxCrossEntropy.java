package handgrad.kernel;

/** Softmax and cross-entropy in one pass over the logits (rows, classes). */
public final class SoftmaxCrossEntropy {
    private SoftmaxCrossEntropy() {}

    /**
     * Writes the softmax of each row and returns the mean negative log-probability of the targets. The largest logit of a
     * row is subtracted first, so that exp cannot overflow.
     *
     * @param logits (rows, classes)
     * @param targets (rows), each from 0 to classes - 1
     * @param probabilities (rows, classes), written; not logits
     */
    public static double forward(float[] logits, int[] targets, int rows, int classes, float[] probabilities) {
        double loss = 0;
        for (int i = 0; i < rows; i++) {
            int row = i * classes;
            float largest = logits[row];
            for (int j = 1; j < classes; j++) {
                largest = Math.max(largest, logits[row + j]);
            }
            if (VectorSupport.fillFused(classes)) {
                VectorSoftmax.expOfDifference(logits, row, largest, probabilities, classes);
            } else {
                ScalarSoftmax.expOfDifference(logits, row, largest, probabilities, classes);
            }
            float sum = Reduction.sum(probabilities, row, classes);
            float scale = 1 / sum;
            for (int j = 0; j < classes; j++) {
                probabilities[row + j] *= scale;
            }
            loss += Math.log(sum) - (logits[row + targets[i]] - largest);
        }
        return loss / rows;
    }

    /** As the float32 form, in float64. */
    public static double forward(double[] logits, int[] targets, int rows, int classes, double[] probabilities) {
        double loss = 0;
        for (int i = 0; i < rows; i++) {
            int row = i * classes;
            double largest = logits[row];
            for (int j = 1; j < classes; j++) {
                largest = Math.max(largest, logits[row + j]);
            }
            double sum = 0;
            for (int j = 0; j < classes; j++) {
                probabilities[row + j] = Math.exp(logits[row + j] - largest);
                sum += probabilities[row + j];
            }
            for (int j = 0; j < classes; j++) {
                probabilities[row + j] /= sum;
            }
            loss += Math.log(sum) - (logits[row + targets[i]] - largest);
        }
        return loss / rows;
    }

    /**
     * dLogits = (probabilities - onehot(targets)) / rows.
     *
     * @param probabilities (rows, classes), as forward wrote them
     * @param dLogits (rows, classes), written
     */
    public static void backward(float[] probabilities, int[] targets, int rows, int classes, float[] dLogits) {
        float scale = 1f / rows;
        for (int at = 0; at < rows * classes; at++) {
            dLogits[at] = probabilities[at] * scale;
        }
        for (int i = 0; i < rows; i++) {
            int target = i * classes + targets[i];
            dLogits[target] = (probabilities[target] - 1) * scale;
        }
    }

    /** As the float32 form, in float64. */
    public static void backward(double[] probabilities, int[] targets, int rows, int classes, double[] dLogits) {
        for (int at = 0; at < rows * classes; at++) {
            dLogits[at] = probabilities[at] / rows;
        }
        for (int i = 0; i < rows; i++) {
            int target = i * classes + targets[i];
            dLogits[target] = (probabilities[target] - 1) / rows;
        }
    }
}
