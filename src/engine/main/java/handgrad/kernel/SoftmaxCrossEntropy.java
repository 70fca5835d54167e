package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Softmax and cross-entropy of logits (rows, classes), and their gradient. A row with a negative target is ignored: it
 * adds nothing to the loss, and its gradient is 0. The arrays of a call are all float[] or all double[]. The sum of a
 * row has the bound of {@link Reduction}; the losses of the rows are added in float64.
 */
public final class SoftmaxCrossEntropy {
    /** What an exponential costs, in elements of an ordinary loop: it makes blocks of rows smaller. */
    private static final int EXPONENTIAL_COST = 4;

    private SoftmaxCrossEntropy() {}

    /**
     * Writes the softmax of each row and returns the mean loss of the rows that count: loss = ln Σ exp(x) - x[target].
     *
     * <p>The largest logit of a row is subtracted from the row first. This leaves the softmax as it is, and no
     * exponential can overflow.
     *
     * @param logits (rows, classes)
     * @param targets (rows), each from 0 to classes - 1, or negative; not all negative
     * @param probabilities (rows, classes), written; not logits
     */
    public static double forward(Object logits, int[] targets, int rows, int classes, Object probabilities) {
        double loss = logits instanceof float[] floats
                ? sumOfLosses(floats, targets, rows, classes, (float[]) probabilities, SoftmaxCrossEntropy::softmax)
                : sumOfLosses((double[]) logits, targets, rows, classes, (double[]) probabilities);
        return loss / counted(targets, rows);
    }

    /** As {@link #forward}, with the softmax written over the logits. */
    public static double forwardInPlace(Object logits, int[] targets, int rows, int classes) {
        double loss = logits instanceof float[] floats
                ? sumOfLosses(floats, targets, rows, classes, floats, SoftmaxCrossEntropy::softmaxInPlace)
                : sumOfLosses((double[]) logits, targets, rows, classes, (double[]) logits);
        return loss / counted(targets, rows);
    }

    /** Threads compute the losses of their rows; one thread adds them, from the first to the last. */
    private static double sumOfLosses(
            float[] logits,
            int[] targets,
            int rows,
            int classes,
            float[] probabilities,
            Parallel.RowTask<float[], int[], float[], double[]> softmax) {
        double[] losses = Scratch.doubles(rows);
        int blockRows = Parallel.rows(EXPONENTIAL_COST * classes);
        Parallel.overRows(rows, blockRows, classes, logits, targets, probabilities, losses, softmax);
        double loss = 0;
        for (int i = 0; i < rows; i++) {
            loss += losses[i];
        }
        return loss;
    }

    /**
     * The softmax and the loss of the rows from one index to before another.
     *
     * <p>Each row is visited twice: all exponentials first, then all sums. A sum that came directly after the
     * exponentials of its row would have to wait: the processor cannot read a vector back before the overlapping
     * vectors that were just written have reached the cache.
     */
    private static void softmax(
            float[] logits, int[] targets, float[] probabilities, double[] losses, int classes, int from, int to) {
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
            losses[i] = targets[i] >= 0 ? (double) largest - logits[row + targets[i]] : 0;
        }
        for (int i = from; i < to; i++) {
            int row = i * classes;
            double sum = Reduction.sum(probabilities, row, classes);
            float factor = (float) (1 / sum);
            if (vectors) {
                VectorSoftmax.scale(probabilities, row, classes, factor);
            } else {
                ScalarSoftmax.scale(probabilities, row, classes, factor);
            }
            if (targets[i] >= 0) {
                losses[i] += StrictMath.log(sum);
            }
        }
    }

    /**
     * As {@link #softmax}, with probabilities written over the logits. A method of its own, because C2 inlines only so
     * much into one.
     */
    private static void softmaxInPlace(
            float[] logits, int[] targets, float[] probabilities, double[] losses, int classes, int from, int to) {
        boolean vectors = VectorSupport.fillFused(classes);
        for (int i = from; i < to; i++) {
            int row = i * classes;
            float largest =
                    vectors ? VectorSoftmax.largest(logits, row, classes) : ScalarSoftmax.largest(logits, row, classes);
            losses[i] = targets[i] >= 0 ? (double) largest - logits[row + targets[i]] : 0;
            if (vectors) {
                VectorSoftmax.expOfDifferenceInPlace(logits, row, largest, classes);
            } else {
                ScalarSoftmax.expOfDifference(logits, row, largest, logits, classes);
            }
        }
        for (int i = from; i < to; i++) {
            double sum = Reduction.sum(logits, i * classes, classes);
            float factor = (float) (1 / sum);
            for (int j = i * classes; j < (i + 1) * classes; j++) {
                logits[j] *= factor;
            }
            if (targets[i] >= 0) {
                losses[i] += StrictMath.log(sum);
            }
        }
    }

    private static double sumOfLosses(double[] logits, int[] targets, int rows, int classes, double[] probabilities) {
        double[] losses = new double[rows];
        for (int i = 0; i < rows; i++) {
            int row = i * classes;
            double largest = logits[row];
            for (int j = 1; j < classes; j++) {
                largest = Math.max(largest, logits[row + j]);
            }
            double ofTarget = targets[i] >= 0 ? logits[row + targets[i]] : 0;
            for (int j = row; j < row + classes; j++) {
                probabilities[j] = StrictMath.exp(logits[j] - largest);
            }
            double sum = PairwiseSum.of(classes, j -> probabilities[row + j]);
            for (int j = row; j < row + classes; j++) {
                probabilities[j] /= sum;
            }
            if (targets[i] >= 0) {
                losses[i] = largest - ofTarget + StrictMath.log(sum);
            }
        }
        return PairwiseSum.of(rows, i -> losses[i]);
    }

    /**
     * dLogits = (probabilities - onehot(targets)) / n, where n rows count; 0 in the ignored rows.
     *
     * @param probabilities (rows, classes), as forward wrote them
     * @param dLogits (rows, classes), written; may be probabilities
     */
    public static void backward(Object probabilities, int[] targets, int rows, int classes, Object dLogits) {
        int counted = counted(targets, rows);
        if (!(probabilities instanceof float[] floats)) {
            backward((double[]) probabilities, targets, rows, classes, counted, (double[]) dLogits);
            return;
        }
        // In an array, because a task over rows is handed arrays.
        float[] scale = Scratch.floats(1);
        scale[0] = 1f / counted;
        int blockRows = Parallel.rows(classes);
        Parallel.overRows(
                rows, blockRows, classes, floats, targets, scale, (float[]) dLogits, SoftmaxCrossEntropy::backwardRows);
    }

    private static void backwardRows(
            float[] probabilities, int[] targets, float[] scales, float[] dLogits, int classes, int from, int to) {
        float scale = scales[0];
        for (int i = from; i < to; i++) {
            int row = i * classes;
            if (targets[i] < 0) {
                Arrays.fill(dLogits, row, row + classes, 0);
                continue;
            }
            float ofTarget = (probabilities[row + targets[i]] - 1) * scale;
            for (int at = row; at < row + classes; at++) {
                dLogits[at] = probabilities[at] * scale;
            }
            dLogits[row + targets[i]] = ofTarget;
        }
    }

    private static void backward(
            double[] probabilities, int[] targets, int rows, int classes, int counted, double[] dLogits) {
        for (int i = 0; i < rows; i++) {
            int row = i * classes;
            if (targets[i] < 0) {
                Arrays.fill(dLogits, row, row + classes, 0);
                continue;
            }
            double ofTarget = (probabilities[row + targets[i]] - 1) / counted;
            for (int at = row; at < row + classes; at++) {
                dLogits[at] = probabilities[at] / counted;
            }
            dLogits[row + targets[i]] = ofTarget;
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
