package handgrad.kernel;

/** exp, log and tanh over arrays without the Vector API: the fallback, the tails of the vector loops, and the oracle. */
final class ScalarElementwise {
    private ScalarElementwise() {}

    static void exp(float[] x, int xOffset, float[] out, int outOffset, int n) {
        for (int i = 0; i < n; i++) {
            out[outOffset + i] = ScalarMath.exp(x[xOffset + i]);
        }
    }

    static void log(float[] x, int xOffset, float[] out, int outOffset, int n) {
        for (int i = 0; i < n; i++) {
            out[outOffset + i] = ScalarMath.log(x[xOffset + i]);
        }
    }

    static void tanh(float[] x, int xOffset, float[] out, int outOffset, int n) {
        for (int i = 0; i < n; i++) {
            out[outOffset + i] = ScalarMath.tanh(x[xOffset + i]);
        }
    }
}
