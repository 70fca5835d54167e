package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/** Softmax and cross-entropy in one pass over the logits (rows, classes). Rows with a negative target are left out. */
public final class SoftmaxCrossEntropy {
    /** An exponential takes about as long as so many elements of other loops. */
    private static final int WORK = 4;

    private SoftmaxCrossEntropy() {}

    /**
     * Writes the softmax of each row and returns the mean negative log-probability of the targets. The largest logit of a
     * row is subtracted first, so that exp cannot overflow.
     *
     * @param logits (rows, classes)
     * @param targets (rows), each from 0 to classes - 1, or negative; not all negative
     * @param probabilities (rows, classes), written; not logits
     */
    public static double forward(float[] logits, int[] targets, int rows, int classes, float[] probabilities) {
        float[] losses = Scratch.floats(rows);
        int blockRows = Parallel.rows(WORK * classes);
        if (rows <= blockRows) {
            forward(logits, targets, 0, rows, classes, probabilities, losses);
        } else {
            Parallel.ranges(
                    rows, blockRows, (from, to) -> forward(logits, targets, from, to, classes, probabilities, losses));
        }
        double loss = 0;
        for (int i = 0; i < rows; i++) {
            loss += losses[i];
        }
        return loss / counted(targets, rows);
    }

    /**
     * The rows from one to before another, and the loss of each: 0 where it is left out. A row is summed in a second loop, so that
     * its exponentials have left the processor's store buffer, from which overlapping vectors cannot be read back at once.
     */
    private static void forward(
            float[] logits, int[] targets, int from, int to, int classes, float[] probabilities, float[] losses) {
        boolean vectors = VectorSupport.fillFused(classes);
        for (int i = from; i < to; i++) {
            int row = i * classes;
            float largest;
            if (vectors) {
                largest = VectorSoftmax.largest(logits, row, classes);
                VectorSoftmax.expOfDifference(logits, row, largest, probabilities, classes);
            } else {
                largest = ScalarSoftmax.largest(logits, row, classes);
                ScalarSoftmax.expOfDifference(logits, row, largest, probabilities, classes);
            }
            losses[i] = targets[i] >= 0 ? largest - logits[row + targets[i]] : 0;
        }
        for (int i = from; i < to; i++) {
            int row = i * classes;
            float sum = Reduction.sum(probabilities, row, classes);
            if (vectors) {
                VectorSoftmax.scale(probabilities, row, classes, 1 / sum);
            } else {
                ScalarSoftmax.scale(probabilities, row, classes, 1 / sum);
            }
            if (targets[i] >= 0) {
                losses[i] = (float) (losses[i] + Math.log(sum));
            }
        }
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
            if (targets[i] >= 0) {
                loss += Math.log(sum) - (logits[row + targets[i]] - largest);
            }
        }
        return loss / counted(targets, rows);
    }

    /**
     * dLogits = (probabilities - onehot(targets)) / n, where n rows count; 0 in the others.
     *
     * @param probabilities (rows, classes), as forward wrote them
     * @param dLogits (rows, classes), written
     */
    public static void backward(float[] probabilities, int[] targets, int rows, int classes, float[] dLogits) {
        float scale = 1f / counted(targets, rows);
        int blockRows = Parallel.rows(classes);
        if (rows <= blockRows) {
            backward(probabilities, targets, 0, rows, classes, scale, dLogits);
        } else {
            Parallel.ranges(
                    rows, blockRows, (from, to) -> backward(probabilities, targets, from, to, classes, scale, dLogits));
        }
    }

    private static void backward(
            float[] probabilities, int[] targets, int from, int to, int classes, float scale, float[] dLogits) {
        for (int at = from * classes; at < to * classes; at++) {
            dLogits[at] = probabilities[at] * scale;
        }
        for (int i = from; i < to; i++) {
            if (targets[i] >= 0) {
                int target = i * classes + targets[i];
                dLogits[target] = (probabilities[target] - 1) * scale;
            } else {
                Arrays.fill(dLogits, i * classes, (i + 1) * classes, 0);
            }
        }
    }

    /** As the float32 form, in float64. */
    public static void backward(double[] probabilities, int[] targets, int rows, int classes, double[] dLogits) {
        int counted = counted(targets, rows);
        for (int at = 0; at < rows * classes; at++) {
            dLogits[at] = probabilities[at] / counted;
        }
        for (int i = 0; i < rows; i++) {
            if (targets[i] >= 0) {
                int target = i * classes + targets[i];
                dLogits[target] = (probabilities[target] - 1) / counted;
            } else {
                Arrays.fill(dLogits, i * classes, (i + 1) * classes, 0);
            }
        }
    }

    private static int counted(int[] targets, int rows) {
        int counted = 0;
        for (int i = 0; i < rows; i++) {
            counted += targets[i] >= 0 ? 1 : 0;
        }
        return counted;
    }
}
