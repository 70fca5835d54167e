package handgrad.kernel;

/** The exponentials of a softmax row without the Vector API. */
final class ScalarSoftmax {
    private ScalarSoftmax() {}

    /** out[offset + j] = exp(x[offset + j] - largest) for j below n. */
    static void expOfDifference(float[] x, int offset, float largest, float[] out, int n) {
        for (int j = offset; j < offset + n; j++) {
            out[j] = ScalarMath.exp(x[j] - largest);
        }
    }
}
