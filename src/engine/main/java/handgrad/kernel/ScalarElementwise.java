package handgrad.kernel;

/**
 * exp, log, tanh, sigmoid and normalCdf over arrays without the Vector API: the fallback, the tails of the vector
 * loops, and the oracle.
 */
final class ScalarElementwise {
    private ScalarElementwise() {}

    static void exp(float[] x, float[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            out[i] = ScalarMath.exp(x[i]);
        }
    }

    static void log(float[] x, float[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            out[i] = ScalarMath.log(x[i]);
        }
    }

    static void tanh(float[] x, float[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            out[i] = ScalarMath.tanh(x[i]);
        }
    }

    static void sigmoid(float[] x, float[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            out[i] = ScalarMath.sigmoid(x[i]);
        }
    }

    static void normalCdf(float[] x, float[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            out[i] = ScalarMath.normalCdf(x[i]);
        }
    }
}
