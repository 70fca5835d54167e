package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.VectorSupport;

/**
 * An elementwise operation of two operands that may be broadcast, stretch by stretch. The arrays are all float[] or all
 * double[]; out may be an operand, read and written at the same offset.
 */
public record BinaryLoop(BinaryOperation operation, Object a, Object b, Object out) {
    /**
     * out[outAt + i] = operation(a[aAt + i], b[bAt + i]) for i below n.
     *
     * @param aMoves false to take a[aAt] for every i; as bMoves for b
     */
    public void run(int aAt, boolean aMoves, int bAt, boolean bMoves, int outAt, int n) {
        int aStep = aMoves ? 1 : 0;
        int bStep = bMoves ? 1 : 0;
        if (!(out instanceof float[])) {
            float64(aAt, aStep, bAt, bStep, outAt, n);
        } else if (n <= Parallel.BLOCK) {
            float32(aAt, aStep, bAt, bStep, outAt, n);
        } else {
            Parallel.evenRanges(
                    n,
                    Parallel.BLOCK,
                    (from, to) ->
                            float32(aAt + from * aStep, aStep, bAt + from * bStep, bStep, outAt + from, to - from));
        }
    }

    private void float64(int aAt, int aStep, int bAt, int bStep, int outAt, int n) {
        double[] x = (double[]) a;
        double[] y = (double[]) b;
        double[] target = (double[]) out;
        for (int i = 0; i < n; i++) {
            target[outAt + i] = operation.function.applyAsDouble(x[aAt + i * aStep], y[bAt + i * bStep]);
        }
    }

    private void float32(int aAt, int aStep, int bAt, int bStep, int outAt, int n) {
        float[] x = (float[]) a;
        float[] y = (float[]) b;
        float[] target = (float[]) out;
        boolean commutes = switch (operation) {
            case ADD, MULTIPLY, MAXIMUM, MINIMUM -> true;
            case SUBTRACT, DIVIDE, SUBTRACT_FROM -> false;
        };
        int done = 0;
        if (VectorSupport.fill(n)) {
            if (aStep == 1 && bStep == 1) {
                done = VectorArithmetic.both(operation, x, aAt, y, bAt, target, outAt, n);
            } else if (aStep == 1) {
                done = VectorArithmetic.withNumber(operation, x, aAt, y[bAt], target, outAt, n);
            } else if (bStep == 1 && commutes) {
                done = VectorArithmetic.withNumber(operation, y, bAt, x[aAt], target, outAt, n);
            }
        }
        rest(aAt + done * aStep, aStep, bAt + done * bStep, bStep, outAt + done, n - done);
    }

    /** n elements one by one: all of them where vectors are off, otherwise those that fill no vector. */
    private void rest(int xAt, int xStep, int yAt, int yStep, int at, int n) {
        float[] x = (float[]) a;
        float[] y = (float[]) b;
        float[] target = (float[]) out;
        switch (operation) {
            case ADD -> {
                for (int i = 0; i < n; i++) {
                    target[at + i] = x[xAt + i * xStep] + y[yAt + i * yStep];
                }
            }
            case SUBTRACT -> {
                for (int i = 0; i < n; i++) {
                    target[at + i] = x[xAt + i * xStep] - y[yAt + i * yStep];
                }
            }
            case MULTIPLY -> {
                for (int i = 0; i < n; i++) {
                    target[at + i] = x[xAt + i * xStep] * y[yAt + i * yStep];
                }
            }
            case DIVIDE -> {
                for (int i = 0; i < n; i++) {
                    target[at + i] = x[xAt + i * xStep] / y[yAt + i * yStep];
                }
            }
            case SUBTRACT_FROM -> {
                for (int i = 0; i < n; i++) {
                    target[at + i] = y[yAt + i * yStep] - x[xAt + i * xStep];
                }
            }
            case MAXIMUM -> {
                for (int i = 0; i < n; i++) {
                    target[at + i] = Math.max(x[xAt + i * xStep], y[yAt + i * yStep]);
                }
            }
            case MINIMUM -> {
                for (int i = 0; i < n; i++) {
                    target[at + i] = Math.min(x[xAt + i * xStep], y[yAt + i * yStep]);
                }
            }
        }
    }
}
