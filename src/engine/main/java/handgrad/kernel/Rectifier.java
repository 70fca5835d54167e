package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.VectorSupport;

/** ReLU and leaky ReLU; all arrays have n elements. Threads share long ones. */
public final class Rectifier {
    private Rectifier() {}

    /** out = max(x, 0); NaN stays NaN. */
    public static void relu(float[] x, float[] out, int n) {
        if (n <= Parallel.BLOCK) {
            relu(x, out, 0, n);
        } else {
            Parallel.ranges(n, Parallel.BLOCK, (from, to) -> relu(x, out, from, to));
        }
    }

    private static void relu(float[] x, float[] out, int from, int to) {
        int rest = VectorSupport.fill(to - from) ? VectorRectifier.relu(x, out, from, to) : from;
        for (int i = rest; i < to; i++) {
            out[i] = Math.max(x[i], 0);
        }
    }

    /** As the float32 form, in float64. */
    public static void relu(double[] x, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.max(x[i], 0);
        }
    }

    /** dX = dOut where y > 0, otherwise 0, where y = max(x, 0). */
    public static void reluBackward(float[] y, float[] dOut, float[] dX, int n) {
        if (n <= Parallel.BLOCK) {
            reluBackward(y, dOut, dX, 0, n);
        } else {
            Parallel.ranges(n, Parallel.BLOCK, (from, to) -> reluBackward(y, dOut, dX, from, to));
        }
    }

    private static void reluBackward(float[] y, float[] dOut, float[] dX, int from, int to) {
        int rest = VectorSupport.fill(to - from) ? VectorRectifier.reluBackward(y, dOut, dX, from, to) : from;
        for (int i = rest; i < to; i++) {
            dX[i] = y[i] > 0 ? dOut[i] : 0;
        }
    }

    /** As the float32 form, in float64. */
    public static void reluBackward(double[] y, double[] dOut, double[] dX, int n) {
        for (int i = 0; i < n; i++) {
            dX[i] = y[i] > 0 ? dOut[i] : 0;
        }
    }

    /** out = x where x > 0, otherwise negativeSlope · x. */
    public static void leakyRelu(float[] x, float negativeSlope, float[] out, int n) {
        if (n <= Parallel.BLOCK) {
            leakyRelu(x, negativeSlope, out, 0, n);
        } else {
            Parallel.ranges(n, Parallel.BLOCK, (from, to) -> leakyRelu(x, negativeSlope, out, from, to));
        }
    }

    private static void leakyRelu(float[] x, float negativeSlope, float[] out, int from, int to) {
        int rest = VectorSupport.fill(to - from) ? VectorRectifier.leakyRelu(x, negativeSlope, out, from, to) : from;
        for (int i = rest; i < to; i++) {
            out[i] = x[i] > 0 ? x[i] : negativeSlope * x[i];
        }
    }

    /** As the float32 form, in float64. */
    public static void leakyRelu(double[] x, double negativeSlope, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = x[i] > 0 ? x[i] : negativeSlope * x[i];
        }
    }

    /** dX = dOut where y > 0, otherwise negativeSlope · dOut, where y is as forward wrote it and the slope at least 0. */
    public static void leakyReluBackward(float[] y, float negativeSlope, float[] dOut, float[] dX, int n) {
        if (n <= Parallel.BLOCK) {
            leakyReluBackward(y, negativeSlope, dOut, dX, 0, n);
        } else {
            Parallel.ranges(n, Parallel.BLOCK, (from, to) -> leakyReluBackward(y, negativeSlope, dOut, dX, from, to));
        }
    }

    private static void leakyReluBackward(float[] y, float negativeSlope, float[] dOut, float[] dX, int from, int to) {
        int rest = VectorSupport.fill(to - from)
                ? VectorRectifier.leakyReluBackward(y, negativeSlope, dOut, dX, from, to)
                : from;
        for (int i = rest; i < to; i++) {
            dX[i] = y[i] > 0 ? dOut[i] : negativeSlope * dOut[i];
        }
    }

    /** As the float32 form, in float64. */
    public static void leakyReluBackward(double[] y, double negativeSlope, double[] dOut, double[] dX, int n) {
        for (int i = 0; i < n; i++) {
            dX[i] = y[i] > 0 ? dOut[i] : negativeSlope * dOut[i];
        }
    }
}
