package handgrad.kernel;

import jdk.incubator.vector.FloatVector;

/** exp, log and tanh over arrays on the Vector API, each with a scalar tail of the same bits. */
final class VectorElementwise {
    private VectorElementwise() {}

    static void exp(float[] x, float[] out, int from, int to) {
        int i = from;
        for (; i <= to - Species.LANES; i += Species.LANES) {
            VectorMath.exp(FloatVector.fromArray(Species.FLOAT, x, i)).intoArray(out, i);
        }
        ScalarElementwise.exp(x, out, i, to);
    }

    static void log(float[] x, float[] out, int from, int to) {
        int i = from;
        for (; i <= to - Species.LANES; i += Species.LANES) {
            VectorMath.log(FloatVector.fromArray(Species.FLOAT, x, i)).intoArray(out, i);
        }
        ScalarElementwise.log(x, out, i, to);
    }

    static void tanh(float[] x, float[] out, int from, int to) {
        int i = from;
        for (; i <= to - Species.LANES; i += Species.LANES) {
            VectorMath.tanh(FloatVector.fromArray(Species.FLOAT, x, i)).intoArray(out, i);
        }
        ScalarElementwise.tanh(x, out, i, to);
    }
}
