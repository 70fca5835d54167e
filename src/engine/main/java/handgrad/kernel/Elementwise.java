package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Elementwise loops. Those of one array that do arithmetic are plain: C2 turns them into vector code itself. It does not where
 * there are two arrays with offsets, or a call as in exp, log, tanh and sigmoid: these use the Vector API. More than
 * {@link Parallel#BLOCK} elements are shared among threads.
 */
public final class Elementwise {
    private Elementwise() {}

    /** out[i] = value for i below n. */
    public static void fill(float value, float[] out, int n) {
        if (n <= Parallel.BLOCK) {
            Arrays.fill(out, 0, n, value);
        } else {
            Parallel.ranges(n, Parallel.BLOCK, (from, to) -> Arrays.fill(out, from, to, value));
        }
    }

    /** out[i] = operation(x[i]) for i below n; out may be x. */
    public static void unary(UnaryOperation operation, float[] x, float[] out, int n) {
        if (n <= Parallel.BLOCK) {
            unary(operation, x, out, 0, n);
        } else {
            Parallel.ranges(n, Parallel.BLOCK, (from, to) -> unary(operation, x, out, from, to));
        }
    }

    /** As the public form, for i from one index to before another. */
    static void unary(UnaryOperation operation, float[] x, float[] out, int from, int to) {
        switch (operation) {
            case NEGATE -> {
                for (int i = from; i < to; i++) {
                    out[i] = -x[i];
                }
            }
            case ABSOLUTE -> {
                for (int i = from; i < to; i++) {
                    out[i] = Math.abs(x[i]);
                }
            }
            case SQUARE -> {
                for (int i = from; i < to; i++) {
                    out[i] = x[i] * x[i];
                }
            }
            case RECIPROCAL -> {
                for (int i = from; i < to; i++) {
                    out[i] = 1 / x[i];
                }
            }
            case SQUARE_ROOT -> {
                for (int i = from; i < to; i++) {
                    out[i] = (float) Math.sqrt(x[i]);
                }
            }
            case RELU -> {
                for (int i = from; i < to; i++) {
                    out[i] = Math.max(x[i], 0);
                }
            }
            case EXP -> {
                if (VectorSupport.fillFused(to - from)) {
                    VectorElementwise.exp(x, out, from, to);
                } else {
                    ScalarElementwise.exp(x, out, from, to);
                }
            }
            case LOG -> {
                if (VectorSupport.fillFused(to - from)) {
                    VectorElementwise.log(x, out, from, to);
                } else {
                    ScalarElementwise.log(x, out, from, to);
                }
            }
            case TANH -> {
                if (VectorSupport.fillFused(to - from)) {
                    VectorElementwise.tanh(x, out, from, to);
                } else {
                    ScalarElementwise.tanh(x, out, from, to);
                }
            }
            case SIGMOID -> {
                unary(UnaryOperation.NEGATE, x, out, from, to);
                unary(UnaryOperation.EXP, out, out, from, to);
                for (int i = from; i < to; i++) {
                    out[i] = 1 / (1 + out[i]);
                }
            }
        }
    }

    /** out[i] = operation(x[i]) for i below n, in float64; out may be x. */
    public static void unary(UnaryOperation operation, double[] x, double[] out, int n) {
        var function = operation.function;
        for (int i = 0; i < n; i++) {
            out[i] = function.applyAsDouble(x[i]);
        }
    }

    /** out[i] = x[i] to the power of exponent, rounded once from float64. */
    public static void power(float[] x, double exponent, float[] out, int n) {
        if (n <= Parallel.BLOCK) {
            power(x, exponent, out, 0, n);
        } else {
            Parallel.ranges(n, Parallel.BLOCK, (from, to) -> power(x, exponent, out, from, to));
        }
    }

    private static void power(float[] x, double exponent, float[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            out[i] = (float) Math.pow(x[i], exponent);
        }
    }

    /** out[i] = x[i] to the power of exponent, in float64. */
    public static void power(double[] x, double exponent, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.pow(x[i], exponent);
        }
    }

    /**
     * out[outOffset + i] = operation(a[aOffset + i·aStride], b[bOffset + i·bStride]) for i below n. A stride is 1, or 0
     * for an operand that is broadcast. out may be an operand, at the same offset.
     */
    public static void binary(
            BinaryOperation operation,
            float[] a,
            int aOffset,
            int aStride,
            float[] b,
            int bOffset,
            int bStride,
            float[] out,
            int outOffset,
            int n) {
        if (n <= Parallel.BLOCK) {
            straight(operation, a, aOffset, aStride, b, bOffset, bStride, out, outOffset, n);
        } else {
            Parallel.ranges(
                    n,
                    Parallel.BLOCK,
                    (from, to) -> straight(
                            operation,
                            a,
                            aOffset + from * aStride,
                            aStride,
                            b,
                            bOffset + from * bStride,
                            bStride,
                            out,
                            outOffset + from,
                            to - from));
        }
    }

    private static void straight(
            BinaryOperation operation,
            float[] a,
            int aOffset,
            int aStride,
            float[] b,
            int bOffset,
            int bStride,
            float[] out,
            int outOffset,
            int n) {
        if (aStride == 0 && bStride == 0) {
            float value = (float) operation.function.applyAsDouble(a[aOffset], b[bOffset]);
            Arrays.fill(out, outOffset, outOffset + n, value);
        } else if (aStride == 0) {
            scalarLeft(operation, a[aOffset], b, bOffset, out, outOffset, n);
        } else if (bStride == 0) {
            scalarRight(operation, a, aOffset, b[bOffset], out, outOffset, n);
        } else {
            both(operation, a, aOffset, b, bOffset, out, outOffset, n);
        }
    }

    private static void both(
            BinaryOperation operation,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            float[] out,
            int outOffset,
            int n) {
        int from =
                VectorSupport.fill(n) ? VectorArithmetic.both(operation, a, aOffset, b, bOffset, out, outOffset, n) : 0;
        switch (operation) {
            case ADD -> {
                for (int i = from; i < n; i++) {
                    out[outOffset + i] = a[aOffset + i] + b[bOffset + i];
                }
            }
            case SUBTRACT -> {
                for (int i = from; i < n; i++) {
                    out[outOffset + i] = a[aOffset + i] - b[bOffset + i];
                }
            }
            case MULTIPLY -> {
                for (int i = from; i < n; i++) {
                    out[outOffset + i] = a[aOffset + i] * b[bOffset + i];
                }
            }
            case DIVIDE -> {
                for (int i = from; i < n; i++) {
                    out[outOffset + i] = a[aOffset + i] / b[bOffset + i];
                }
            }
        }
    }

    private static void scalarLeft(
            BinaryOperation operation, float a, float[] b, int bOffset, float[] out, int outOffset, int n) {
        switch (operation) {
            case ADD -> scalarRight(BinaryOperation.ADD, b, bOffset, a, out, outOffset, n);
            case SUBTRACT -> {
                for (int i = 0; i < n; i++) {
                    out[outOffset + i] = a - b[bOffset + i];
                }
            }
            case MULTIPLY -> scalarRight(BinaryOperation.MULTIPLY, b, bOffset, a, out, outOffset, n);
            case DIVIDE -> {
                for (int i = 0; i < n; i++) {
                    out[outOffset + i] = a / b[bOffset + i];
                }
            }
        }
    }

    private static void scalarRight(
            BinaryOperation operation, float[] a, int aOffset, float b, float[] out, int outOffset, int n) {
        int from =
                VectorSupport.fill(n) ? VectorArithmetic.scalarRight(operation, a, aOffset, b, out, outOffset, n) : 0;
        switch (operation) {
            case ADD -> {
                for (int i = from; i < n; i++) {
                    out[outOffset + i] = a[aOffset + i] + b;
                }
            }
            case SUBTRACT -> {
                for (int i = from; i < n; i++) {
                    out[outOffset + i] = a[aOffset + i] - b;
                }
            }
            case MULTIPLY -> {
                for (int i = from; i < n; i++) {
                    out[outOffset + i] = a[aOffset + i] * b;
                }
            }
            case DIVIDE -> {
                for (int i = from; i < n; i++) {
                    out[outOffset + i] = a[aOffset + i] / b;
                }
            }
        }
    }

    /** As the float32 form, in float64. */
    public static void binary(
            BinaryOperation operation,
            double[] a,
            int aOffset,
            int aStride,
            double[] b,
            int bOffset,
            int bStride,
            double[] out,
            int outOffset,
            int n) {
        var function = operation.function;
        for (int i = 0; i < n; i++) {
            out[outOffset + i] = function.applyAsDouble(a[aOffset + i * aStride], b[bOffset + i * bStride]);
        }
    }
}
