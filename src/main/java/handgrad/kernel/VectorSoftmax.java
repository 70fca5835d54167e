package handgrad.kernel;

import jdk.incubator.vector.FloatVector;

/** The exponentials of a softmax row on the Vector API. */
final class VectorSoftmax {
    private VectorSoftmax() {}

    /** out[offset + j] = exp(x[offset + j] - largest) for j below n, which fills at least one vector; out is not x. */
    static void expOfDifference(float[] x, int offset, float largest, float[] out, int n) {
        // The last vector ends with the row; it may overlap the one before it, which then gets the same values again.
        int last = offset + n - Species.LANES;
        for (int j = offset; j < offset + n; j += Species.LANES) {
            int at = Math.min(j, last);
            VectorMath.exp(FloatVector.fromArray(Species.FLOAT, x, at).sub(largest))
                    .intoArray(out, at);
        }
    }
}
