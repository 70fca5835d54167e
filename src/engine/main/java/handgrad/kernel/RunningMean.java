package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;
import java.util.Arrays;

/**
 * Means of the rows so far of sequences (batch, steps, columns), all float[] or all double[]. Sums are kept in float64
 * from the first row to the last, or backward from the last to the first: the error of a mean of t float32 numbers is
 * that of rounding it once and t · 2⁻⁵³ of the mean of |x|.
 */
public final class RunningMean {
    private RunningMean() {}

    /**
     * sums += x[:, t], out[:, t] = sums / (before + t + 1), for every t in order.
     *
     * @param before the number of rows that are in sums already
     * @param sums (batch, columns), read and overwritten
     */
    public static void forward(Object x, int batch, int steps, int columns, int before, double[] sums, Object out) {
        int block = Parallel.rows(steps * columns);
        if (batch <= block) {
            forward(x, 0, batch, steps, columns, before, sums, out);
        } else {
            Parallel.ranges(batch, block, (from, to) -> forward(x, from, to, steps, columns, before, sums, out));
        }
    }

    private static void forward(
            Object x, int from, int to, int steps, int columns, int before, double[] sums, Object out) {
        for (int n = from; n < to; n++) {
            for (int t = 0; t < steps; t++) {
                int at = (n * steps + t) * columns;
                if (x instanceof float[] floats) {
                    forward(floats, at, columns, before + t + 1, sums, n * columns, (float[]) out);
                } else {
                    forward((double[]) x, at, columns, before + t + 1, sums, n * columns, (double[]) out);
                }
            }
        }
    }

    private static void forward(float[] x, int at, int columns, int count, double[] sums, int sumsAt, float[] out) {
        for (int c = 0; c < columns; c++) {
            sums[sumsAt + c] += x[at + c];
            out[at + c] = (float) (sums[sumsAt + c] / count);
        }
    }

    private static void forward(double[] x, int at, int columns, int count, double[] sums, int sumsAt, double[] out) {
        for (int c = 0; c < columns; c++) {
            sums[sumsAt + c] += x[at + c];
            out[at + c] = sums[sumsAt + c] / count;
        }
    }

    /** dX[:, t] = Σ over s from t on of dOut[:, s] / (s + 1). */
    public static void backward(Object dOut, int batch, int steps, int columns, Object dX) {
        int block = Parallel.rows(steps * columns);
        if (batch <= block) {
            backward(dOut, 0, batch, steps, columns, dX);
        } else {
            Parallel.ranges(batch, block, (from, to) -> backward(dOut, from, to, steps, columns, dX));
        }
    }

    private static void backward(Object dOut, int from, int to, int steps, int columns, Object dX) {
        double[] sums = Scratch.doubles(columns);
        for (int n = from; n < to; n++) {
            Arrays.fill(sums, 0, columns, 0);
            for (int t = steps - 1; t >= 0; t--) {
                int at = (n * steps + t) * columns;
                if (dX instanceof float[] floats) {
                    backward((float[]) dOut, at, columns, t + 1, sums, floats);
                } else {
                    backward((double[]) dOut, at, columns, t + 1, sums, (double[]) dX);
                }
            }
        }
    }

    private static void backward(float[] dOut, int at, int columns, int count, double[] sums, float[] dX) {
        for (int c = 0; c < columns; c++) {
            sums[c] += (double) dOut[at + c] / count;
            dX[at + c] = (float) sums[c];
        }
    }

    private static void backward(double[] dOut, int at, int columns, int count, double[] sums, double[] dX) {
        for (int c = 0; c < columns; c++) {
            sums[c] += dOut[at + c] / count;
            dX[at + c] = sums[c];
        }
    }
}
