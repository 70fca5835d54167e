package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;
import java.util.Arrays;

/**
 * Cross-entropy with weights of the classes and smoothed labels, and the negative log-likelihood of given
 * log-probabilities. A row with a negative target is ignored. The arrays of x are all float[] or all double[]; the
 * losses of the rows are in float64 and added as {@link PointwiseLoss} says.
 */
public final class WeightedCrossEntropy {
    private WeightedCrossEntropy() {}

    /** The sum of the weights of the targets of the rows that count. */
    public static double divisor(int[] targets, double[] weights, int rows) {
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            sum += targets[i] >= 0 ? weights[targets[i]] : 0;
        }
        return sum;
    }

    /**
     * Writes the softmax of each row, and returns the sum over the rows that count of (1 - ε) w[t] (-ln p[t]) + ε/C Σ
     * w[c] (-ln p[c]), with t the target of the row, w the weights, C the number of classes and ε the smoothing.
     *
     * <p>-ln p[c] is ln Σ exp(x) - x[c], which is finite where p[c] is too small for its type; the logarithm of the sum
     * is x[m] - ln p[m] with m the largest, whose p is at least 1/C.
     *
     * @param logits (rows, classes)
     * @param probabilities (rows, classes), written; not logits
     * @param weights (classes)
     */
    public static double forward(
            Object logits,
            Object probabilities,
            int[] targets,
            double[] weights,
            double smoothing,
            int rows,
            int classes) {
        SoftmaxCrossEntropy.forward(logits, targets, rows, classes, probabilities);
        double[] numbers = numbers(weights, smoothing, 1, classes, rows);
        Parallel.overRows(
                rows,
                Parallel.rows(classes),
                classes,
                logits,
                probabilities,
                targets,
                numbers,
                WeightedCrossEntropy::losses);
        return PointwiseLoss.sum(numbers, 2 + classes, 2 + classes + rows);
    }

    /** Smoothing, factor, weights and room for the losses of rows, in one array: a task over rows is handed four. */
    private static double[] numbers(double[] weights, double smoothing, double factor, int classes, int rows) {
        double[] numbers = Scratch.doubles(2 + classes + rows);
        numbers[0] = smoothing;
        numbers[1] = factor;
        System.arraycopy(weights, 0, numbers, 2, classes);
        return numbers;
    }

    private static void losses(
            Object logits, Object probabilities, int[] targets, double[] numbers, int classes, int from, int to) {
        double smoothing = numbers[0];
        for (int i = from; i < to; i++) {
            double loss = 0;
            if (targets[i] >= 0) {
                int row = i * classes;
                int target = row + targets[i];
                double logOfSum = logOfSum(logits, probabilities, row, classes);
                loss = (1 - smoothing) * numbers[2 + targets[i]] * (logOfSum - at(logits, target));
                if (smoothing > 0) {
                    double all = 0;
                    for (int c = 0; c < classes; c++) {
                        all += numbers[2 + c] * (logOfSum - at(logits, row + c));
                    }
                    loss += smoothing / classes * all;
                }
            }
            numbers[2 + classes + i] = loss;
        }
    }

    /** ln Σ exp(x) of a row. */
    private static double logOfSum(Object logits, Object probabilities, int row, int classes) {
        int largest = row;
        for (int at = row + 1; at < row + classes; at++) {
            if (at(logits, at) > at(logits, largest)) {
                largest = at;
            }
        }
        return at(logits, largest) - StrictMath.log(at(probabilities, largest));
    }

    private static double at(Object x, int index) {
        return x instanceof float[] floats ? floats[index] : ((double[]) x)[index];
    }

    /**
     * dLogits = factor · (((1 - ε) w[t] + ε/C Σ w) p - ε/C w - (1 - ε) w[t] onehot(t)) in each row; 0 in ignored rows.
     *
     * @param probabilities (rows, classes), as forward wrote them
     * @param weights (classes)
     * @param dLogits (rows, classes), written
     */
    public static void backward(
            Object probabilities,
            int[] targets,
            double[] weights,
            double smoothing,
            double factor,
            int rows,
            int classes,
            Object dLogits) {
        double[] numbers = numbers(weights, smoothing, factor, classes, 1);
        numbers[2 + classes] = PointwiseLoss.sum(numbers, 2, 2 + classes);
        Parallel.overRows(
                rows,
                Parallel.rows(classes),
                classes,
                probabilities,
                targets,
                numbers,
                dLogits,
                WeightedCrossEntropy::backwardRows);
    }

    private static void backwardRows(
            Object probabilities, int[] targets, double[] numbers, Object dLogits, int classes, int from, int to) {
        double factor = numbers[1];
        double share = numbers[0] / classes;
        double weightOfAll = share * numbers[2 + classes];
        for (int i = from; i < to; i++) {
            double own = targets[i] >= 0 ? (1 - numbers[0]) * numbers[2 + targets[i]] : 0;
            for (int c = 0; c < classes; c++) {
                int at = i * classes + c;
                double d = 0;
                if (targets[i] >= 0) {
                    double p = at(probabilities, at);
                    // At the target p - 1 comes first, as it does without weights: nothing is lost where p is near 1.
                    d = own * (c == targets[i] ? p - 1 : p) + weightOfAll * p - share * numbers[2 + c];
                }
                put(dLogits, at, factor * d);
            }
        }
    }

    private static void put(Object x, int index, double value) {
        if (x instanceof float[] floats) {
            floats[index] = (float) value;
        } else {
            ((double[]) x)[index] = value;
        }
    }

    /**
     * -Σ w[t] x[i, t] over the rows i that count, with t the target of the row.
     *
     * @param x log-probabilities (rows, classes)
     * @param weights (classes)
     */
    public static double negativeLogLikelihood(Object x, int[] targets, double[] weights, int rows, int classes) {
        double[] losses = Scratch.doubles(rows);
        for (int i = 0; i < rows; i++) {
            losses[i] = targets[i] >= 0 ? -weights[targets[i]] * at(x, i * classes + targets[i]) : 0;
        }
        return PointwiseLoss.sum(losses, 0, rows);
    }

    /** dX = -factor · w[t] at the target of each row that counts, else 0; dX is (rows, classes), written. */
    public static void negativeLogLikelihoodBackward(
            int[] targets, double[] weights, double factor, int rows, int classes, Object dX) {
        if (dX instanceof float[] floats) {
            Arrays.fill(floats, 0, rows * classes, 0);
        } else {
            Arrays.fill((double[]) dX, 0, rows * classes, 0);
        }
        for (int i = 0; i < rows; i++) {
            if (targets[i] >= 0) {
                put(dX, i * classes + targets[i], -factor * weights[targets[i]]);
            }
        }
    }
}
