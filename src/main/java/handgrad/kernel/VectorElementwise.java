package handgrad.kernel;

import jdk.incubator.vector.FloatVector;

/** exp, log and tanh over arrays on the Vector API, each with a scalar tail of the same bits. */
final class VectorElementwise {
    private VectorElementwise() {}

    static void exp(float[] x, float[] out, int n) {
        int i = 0;
        for (; i <= n - Species.LANES; i += Species.LANES) {
            VectorMath.exp(FloatVector.fromArray(Species.FLOAT, x, i)).intoArray(out, i);
        }
        ScalarElementwise.exp(x, i, out, i, n - i);
    }

    static void log(float[] x, float[] out, int n) {
        int i = 0;
        for (; i <= n - Species.LANES; i += Species.LANES) {
            VectorMath.log(FloatVector.fromArray(Species.FLOAT, x, i)).intoArray(out, i);
        }
        ScalarElementwise.log(x, i, out, i, n - i);
    }

    static void tanh(float[] x, float[] out, int n) {
        int i = 0;
        for (; i <= n - Species.LANES; i += Species.LANES) {
            VectorMath.tanh(FloatVector.fromArray(Species.FLOAT, x, i)).intoArray(out, i);
        }
        ScalarElementwise.tanh(x, i, out, i, n - i);
    }
}
