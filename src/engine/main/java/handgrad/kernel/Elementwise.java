package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Elementwise functions over n elements of arrays that are all float[] or all double[]. Loops of one array that do
 * arithmetic are plain: C2 turns them into vector code itself. It does not where two arrays have offsets, nor where a
 * function such as exp is called: these use the Vector API.
 */
public final class Elementwise {
    private static final ElementwiseLoop POWER = ElementwiseLoop.of(
            (x, _, out, exponent, _, from, to) -> {
                for (int i = from; i < to; i++) {
                    out[i] = (float) StrictMath.pow(x[i], exponent);
                }
            },
            (x, _, exponent, _) -> StrictMath.pow(x, exponent));

    private static final ElementwiseLoop CLAMP = ElementwiseLoop.of(
            (x, _, out, least, largest, from, to) -> {
                float low = (float) least;
                float high = (float) largest;
                for (int i = from; i < to; i++) {
                    out[i] = Math.min(Math.max(x[i], low), high);
                }
            },
            (x, _, least, largest) -> Math.min(Math.max(x, least), largest));

    private static final ElementwiseLoop MULTIPLY = ElementwiseLoop.of(
            (a, b, out, _, _, from, to) -> {
                for (int i = from; i < to; i++) {
                    out[i] = a[i] * b[i];
                }
            },
            (a, b, _, _) -> a * b);

    private Elementwise() {}

    /** out[i] = value for i below n. */
    public static void fill(float value, float[] out, int n) {
        if (n <= Parallel.BLOCK) {
            Arrays.fill(out, 0, n, value);
        } else {
            Parallel.evenRanges(n, Parallel.BLOCK, (from, to) -> Arrays.fill(out, from, to, value));
        }
    }

    /** out[i] = operation(x[i]); out may be x. */
    public static void unary(UnaryOperation operation, Object x, Object out, int n) {
        operation.loop.run(x, x, out, 0, 0, n);
    }

    /** out[i] = x[i] to the power of exponent, in float32 rounded once from float64. */
    public static void power(Object x, double exponent, Object out, int n) {
        POWER.run(x, x, out, exponent, 0, n);
    }

    /** out[i] = x[i] where it is from least to largest, otherwise the nearer of the two; NaN stays NaN. */
    public static void clamp(Object x, double least, double largest, Object out, int n) {
        CLAMP.run(x, x, out, least, largest, n);
    }

    /** out[i] = operation(x[i], number), in float32 rounded once from float64; out may be x. */
    public static void binary(BinaryOperation operation, Object x, double number, Object out, int n) {
        operation.withNumber.run(x, x, out, number, 0, n);
    }

    /** out[i] = operation(a[i], b[i]); out may be an operand. */
    public static void binary(BinaryOperation operation, Object a, Object b, Object out, int n) {
        new BinaryLoop(operation, a, b, out).run(0, true, 0, true, 0, n);
    }

    /** out[i] = a[i] · b[i] without an object of its own, for layers; out may be an operand. */
    public static void multiply(Object a, Object b, Object out, int n) {
        MULTIPLY.run(a, b, out, 0, 0, n);
    }

    /** out[outAt + i] = x[xAt + i] + number for i below n, in the calling thread. */
    public static void addNumber(float[] x, int xAt, float number, float[] out, int outAt, int n) {
        int from = VectorSupport.fill(n)
                ? VectorArithmetic.withNumber(BinaryOperation.ADD, x, xAt, number, out, outAt, n)
                : 0;
        for (int i = from; i < n; i++) {
            out[outAt + i] = x[xAt + i] + number;
        }
    }

    static void exp(float[] x, float[] out, int from, int to) {
        if (VectorSupport.fillFused(to - from)) {
            VectorElementwise.exp(x, out, from, to);
        } else {
            ScalarElementwise.exp(x, out, from, to);
        }
    }

    static void log(float[] x, float[] out, int from, int to) {
        if (VectorSupport.fillFused(to - from)) {
            VectorElementwise.log(x, out, from, to);
        } else {
            ScalarElementwise.log(x, out, from, to);
        }
    }

    /** out[i] = tanh x[i] for i from one index to before another, in the calling thread; out may be x. */
    public static void tanh(float[] x, float[] out, int from, int to) {
        if (VectorSupport.fillFused(to - from)) {
            VectorElementwise.tanh(x, out, from, to);
        } else {
            ScalarElementwise.tanh(x, out, from, to);
        }
    }

    /** out[i] = 1 / (1 + e to the power -x[i]), as {@link #tanh}. */
    public static void sigmoid(float[] x, float[] out, int from, int to) {
        if (VectorSupport.fillFused(to - from)) {
            VectorElementwise.sigmoid(x, out, from, to);
        } else {
            ScalarElementwise.sigmoid(x, out, from, to);
        }
    }

    static void normalCdf(float[] x, float[] out, int from, int to) {
        if (VectorSupport.fillFused(to - from)) {
            VectorElementwise.normalCdf(x, out, from, to);
        } else {
            ScalarElementwise.normalCdf(x, out, from, to);
        }
    }
}
