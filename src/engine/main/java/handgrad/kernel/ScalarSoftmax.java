package handgrad.kernel;

/** The loops over a row of a softmax without the Vector API. */
final class ScalarSoftmax {
    private ScalarSoftmax() {}

    /** The largest of x[offset + j] for j below n. */
    static float largest(float[] x, int offset, int n) {
        float largest = x[offset];
        for (int j = offset + 1; j < offset + n; j++) {
            largest = Math.max(largest, x[j]);
        }
        return largest;
    }

    /** out[offset + j] = exp(x[offset + j] - largest) for j below n. */
    static void expOfDifference(float[] x, int offset, float largest, float[] out, int n) {
        for (int j = offset; j < offset + n; j++) {
            out[j] = ScalarMath.exp(x[j] - largest);
        }
    }

    /** x[offset + j] *= factor for j below n. */
    static void scale(float[] x, int offset, int n, float factor) {
        for (int j = offset; j < offset + n; j++) {
            x[j] *= factor;
        }
    }
}
