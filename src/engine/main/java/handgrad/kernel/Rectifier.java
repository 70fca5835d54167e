package handgrad.kernel;

import handgrad.kernel.runtime.VectorSupport;

/**
 * Leaky ReLU and the gradients of ReLU; all arrays are float[] or all double[] and have n elements. Where y is NaN, so
 * is the gradient.
 */
public final class Rectifier {
    private static final ElementwiseLoop RELU_BACKWARD = ElementwiseLoop.of(
            (y, dOut, dX, _, _, from, to) -> {
                int rest = VectorSupport.fill(to - from) ? VectorRectifier.reluBackward(y, dOut, dX, from, to) : from;
                for (int i = rest; i < to; i++) {
                    dX[i] = y[i] > 0 ? dOut[i] : y[i] <= 0 ? 0 : y[i];
                }
            },
            (y, dOut, _, _) -> y > 0 ? dOut : y <= 0 ? 0 : y);

    private static final ElementwiseLoop LEAKY_RELU = ElementwiseLoop.of(
            (x, _, out, negativeSlope, _, from, to) -> {
                float slope = (float) negativeSlope;
                int rest = VectorSupport.fill(to - from) ? VectorRectifier.leakyRelu(x, slope, out, from, to) : from;
                for (int i = rest; i < to; i++) {
                    out[i] = x[i] > 0 ? x[i] : slope * x[i];
                }
            },
            (x, _, negativeSlope, _) -> x > 0 ? x : negativeSlope * x);

    private static final ElementwiseLoop LEAKY_RELU_BACKWARD = ElementwiseLoop.of(
            (y, dOut, dX, negativeSlope, _, from, to) -> {
                float slope = (float) negativeSlope;
                int rest = VectorSupport.fill(to - from)
                        ? VectorRectifier.leakyReluBackward(y, slope, dOut, dX, from, to)
                        : from;
                for (int i = rest; i < to; i++) {
                    dX[i] = y[i] > 0 ? dOut[i] : y[i] <= 0 ? slope * dOut[i] : y[i];
                }
            },
            (y, dOut, negativeSlope, _) -> y > 0 ? dOut : y <= 0 ? negativeSlope * dOut : y);

    private Rectifier() {}

    /** out = max(x, 0), from one index to before another; see {@link UnaryOperation#RELU}. */
    static void relu(float[] x, float[] out, int from, int to) {
        int rest = VectorSupport.fill(to - from) ? VectorRectifier.relu(x, out, from, to) : from;
        for (int i = rest; i < to; i++) {
            out[i] = Math.max(x[i], 0);
        }
    }

    /** dX = dOut where y > 0, otherwise 0, where y = max(x, 0). */
    public static void reluBackward(Object y, Object dOut, Object dX, int n) {
        RELU_BACKWARD.run(y, dOut, dX, 0, 0, n);
    }

    /** out = x where x > 0, otherwise negativeSlope · x; a slope that is 0 in the type gives 0, of -∞ too. */
    public static void leakyRelu(Object x, double negativeSlope, Object out, int n) {
        if (x instanceof float[] ? (float) negativeSlope == 0 : negativeSlope == 0) {
            Elementwise.unary(UnaryOperation.RELU, x, out, n);
        } else {
            LEAKY_RELU.run(x, x, out, negativeSlope, 0, n);
        }
    }

    /**
     * dX = dOut where y > 0, otherwise negativeSlope · dOut, where y is as forward wrote it and the slope at least 0.
     */
    public static void leakyReluBackward(Object y, double negativeSlope, Object dOut, Object dX, int n) {
        LEAKY_RELU_BACKWARD.run(y, dOut, dX, negativeSlope, 0, n);
    }
}
