package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Softmax, its logarithm and the logarithm of its divisor, of each row of an array (rows, n). The arrays of a call are
 * all float[] or all double[]; out is not x.
 *
 * <p>With m the largest of a row, each is computed from the differences x - m: no exponential can overflow, and one of
 * them is 1. In float32 a difference is rounded by |x - m| u, with u = 2⁻²⁴, its exponential by 2.4 u more, and their
 * sum by 8 log₂(n) u. What the first adds to the sum is at most the mean of m - x, weighted by the softmax, times u,
 * and that mean is at most ln n. The logarithm is taken in float64.
 *
 * <p>A row with NaN gives NaN. An infinite element is at its limit in a sum of exponentials; a softmax with ∞, or with
 * nothing but -∞, is NaN, because its quotient has no value.
 */
public final class SoftmaxRows {
    /** What an exponential costs, in elements of an ordinary loop: it makes blocks of rows smaller. */
    private static final int EXPONENTIAL_COST = 4;

    private static final RowLoop SOFTMAX_BACKWARD = new RowLoop(
            (y, dOut, dX, _, n, from, to) -> {
                for (int row = from * n; row < to * n; row += n) {
                    for (int j = row; j < row + n; j++) {
                        dX[j] = y[j] * dOut[j];
                    }
                    float sum = (float) Reduction.sum(dX, row, n);
                    for (int j = row; j < row + n; j++) {
                        dX[j] = y[j] * (dOut[j] - sum);
                    }
                }
            },
            (y, dOut, dX, _, n, from, to) -> {
                for (int i = from; i < to; i++) {
                    int row = i * n;
                    double sum = PairwiseSum.of(n, j -> y[row + j] * dOut[row + j]);
                    for (int j = row; j < row + n; j++) {
                        dX[j] = y[j] * (dOut[j] - sum);
                    }
                }
            });

    private static final RowLoop LOG_SOFTMAX_BACKWARD = new RowLoop(
            (y, dOut, dX, _, n, from, to) -> {
                Elementwise.exp(y, dX, from * n, to * n);
                for (int row = from * n; row < to * n; row += n) {
                    float sum = (float) Reduction.sum(dOut, row, n);
                    for (int j = row; j < row + n; j++) {
                        dX[j] = dOut[j] - dX[j] * sum;
                    }
                }
            },
            (y, dOut, dX, _, n, from, to) -> {
                for (int i = from; i < to; i++) {
                    int row = i * n;
                    double sum = PairwiseSum.of(n, j -> dOut[row + j]);
                    for (int j = row; j < row + n; j++) {
                        dX[j] = dOut[j] - StrictMath.exp(y[j]) * sum;
                    }
                }
            });

    private SoftmaxRows() {}

    /** out = exp(x - m) / Σ exp(x - m). */
    public static void softmax(Object x, int rows, int n, Object out) {
        if (x instanceof float[] floats) {
            overRows(
                    rows,
                    n,
                    floats,
                    (float[]) out,
                    (float[]) out,
                    (from, _, to, _, length, first, end) -> softmax(from, to, length, first, end));
        } else {
            softmax((double[]) x, rows, n, (double[]) out);
        }
    }

    /** dX = y ∘ (dOut - Σ y ∘ dOut), with y as {@link #softmax} wrote it; dX is neither. */
    public static void softmaxBackward(Object y, Object dOut, int rows, int n, Object dX) {
        SOFTMAX_BACKWARD.run(n == 0 ? 0 : rows, Parallel.rows(n), n, y, dOut, dX, dX);
    }

    /** out = (x - m) - ln Σ exp(x - m). */
    public static void logSoftmax(Object x, int rows, int n, Object out) {
        if (x instanceof float[] floats) {
            overRows(
                    rows,
                    n,
                    floats,
                    (float[]) out,
                    (float[]) out,
                    (from, _, to, _, length, first, end) -> logSoftmax(from, to, length, first, end));
        } else {
            logSoftmax((double[]) x, rows, n, (double[]) out);
        }
    }

    /** dX = dOut - exp(y) · Σ dOut, with y as {@link #logSoftmax} wrote it; dX is neither. */
    public static void logSoftmaxBackward(Object y, Object dOut, int rows, int n, Object dX) {
        LOG_SOFTMAX_BACKWARD.run(n == 0 ? 0 : rows, Parallel.rows(EXPONENTIAL_COST * n), n, y, dOut, dX, dX);
    }

    /** out[row] = m + ln Σ exp(x - m); -∞ where n is 0. */
    public static void logSumExp(Object x, int rows, int n, Object out) {
        if (x instanceof float[] floats) {
            Arrays.fill((float[]) out, Float.NEGATIVE_INFINITY);
            overRows(
                    rows,
                    n,
                    floats,
                    new float[rows * n],
                    (float[]) out,
                    (from, work, to, _, length, first, end) -> logSumExp(from, work, to, length, first, end));
        } else {
            Arrays.fill((double[]) out, Double.NEGATIVE_INFINITY);
            logSumExp((double[]) x, rows, n, (double[]) out);
        }
    }

    private static void overRows(
            int rows,
            int n,
            float[] x,
            float[] exponentials,
            float[] out,
            Parallel.RowTask<float[], float[], float[], float[]> task) {
        if (n > 0) {
            Parallel.overRows(rows, Parallel.rows(EXPONENTIAL_COST * n), n, x, exponentials, out, out, task);
        }
    }

    /** All exponentials first, then all sums, as in {@link SoftmaxCrossEntropy}. */
    private static void softmax(float[] x, float[] out, int n, int from, int to) {
        for (int row = from * n; row < to * n; row += n) {
            exponentials(x, row, n, largest(x, row, n), out);
        }
        for (int row = from * n; row < to * n; row += n) {
            float factor = (float) (1 / Reduction.sum(out, row, n));
            if (VectorSupport.fillFused(n)) {
                VectorSoftmax.scale(out, row, n, factor);
            } else {
                ScalarSoftmax.scale(out, row, n, factor);
            }
        }
    }

    private static void logSoftmax(float[] x, float[] out, int n, int from, int to) {
        for (int row = from * n; row < to * n; row += n) {
            float largest = largest(x, row, n);
            exponentials(x, row, n, largest, out);
            double logarithm = StrictMath.log(Reduction.sum(out, row, n));
            for (int j = row; j < row + n; j++) {
                out[j] = (float) ((double) x[j] - largest - logarithm);
            }
        }
    }

    private static void logSumExp(float[] x, float[] exponentials, float[] out, int n, int from, int to) {
        for (int i = from; i < to; i++) {
            float largest = largest(x, i * n, n);
            float shift = Float.isInfinite(largest) ? 0 : largest;
            exponentials(x, i * n, n, shift, exponentials);
            out[i] = (float) (shift + StrictMath.log(Reduction.sum(exponentials, i * n, n)));
        }
    }

    private static float largest(float[] x, int row, int n) {
        return VectorSupport.fillFused(n) ? VectorSoftmax.largest(x, row, n) : ScalarSoftmax.largest(x, row, n);
    }

    /** out[row + j] = exp(x[row + j] - shift) for j below n; out may be x where n is a multiple of 16. */
    public static void exponentials(float[] x, int row, int n, float shift, float[] out) {
        if (VectorSupport.fillFused(n)) {
            VectorSoftmax.expOfDifference(x, row, shift, out, n);
        } else {
            ScalarSoftmax.expOfDifference(x, row, shift, out, n);
        }
    }

    private static void softmax(double[] x, int rows, int n, double[] out) {
        for (int i = 0; i < rows; i++) {
            double sum = exponentials(x, i * n, n, largest(x, i * n, n), out);
            for (int j = i * n; j < (i + 1) * n; j++) {
                out[j] /= sum;
            }
        }
    }

    private static void logSoftmax(double[] x, int rows, int n, double[] out) {
        for (int i = 0; i < rows; i++) {
            double largest = largest(x, i * n, n);
            double logarithm = StrictMath.log(exponentials(x, i * n, n, largest, out));
            for (int j = i * n; j < (i + 1) * n; j++) {
                out[j] = x[j] - largest - logarithm;
            }
        }
    }

    private static void logSumExp(double[] x, int rows, int n, double[] out) {
        double[] exponentials = new double[x.length];
        for (int i = 0; i < rows && n > 0; i++) {
            double largest = largest(x, i * n, n);
            double shift = Double.isInfinite(largest) ? 0 : largest;
            out[i] = shift + StrictMath.log(exponentials(x, i * n, n, shift, exponentials));
        }
    }

    private static double largest(double[] x, int row, int n) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int j = row; j < row + n; j++) {
            largest = Math.max(largest, x[j]);
        }
        return largest;
    }

    /** Writes the exponentials of a row, and returns their sum. */
    private static double exponentials(double[] x, int row, int n, double shift, double[] out) {
        for (int j = row; j < row + n; j++) {
            out[j] = StrictMath.exp(x[j] - shift);
        }
        return PairwiseSum.of(n, j -> out[row + j]);
    }
}
