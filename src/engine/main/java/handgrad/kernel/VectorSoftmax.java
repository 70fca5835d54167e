package handgrad.kernel;

import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.Species;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The loops over a row of a softmax on the Vector API, for rows that fill at least one vector. The last vector ends
 * with the row; it may overlap the one before it, which then gets the same values again.
 */
final class VectorSoftmax {
    private VectorSoftmax() {}

    /** The largest of x[offset + j] for j below n. The lanes may be compared in any order: it changes nothing. */
    static float largest(float[] x, int offset, int n) {
        int last = offset + n - Species.LANES;
        var largest = FloatVector.fromArray(Species.FLOAT, x, last);
        for (int j = offset; j < last; j += Species.LANES) {
            largest = largest.max(FloatVector.fromArray(Species.FLOAT, x, j));
        }
        return largest.reduceLanes(VectorOperators.MAX);
    }

    /**
     * out[offset + j] = exp(x[offset + j] - largest) for j below n; out may be x where n fills whole vectors. All
     * exponentials of differences come here: a function of vectors that has more callers is sooner compiled by itself,
     * and then no longer inlined.
     */
    static void expOfDifference(float[] x, int offset, float largest, float[] out, int n) {
        int last = offset + n - Species.LANES;
        for (int j = offset; j < offset + n; j += Species.LANES) {
            int at = Math.min(j, last);
            VectorMath.exp(FloatVector.fromArray(Species.FLOAT, x, at).sub(largest))
                    .intoArray(out, at);
        }
    }

    /**
     * x[offset + j] = exp(x[offset + j] - largest) for j below n: whole vectors where they stand, and the last one by
     * way of another array, because it overlaps what is an exponential already.
     */
    static void expOfDifferenceInPlace(float[] x, int offset, float largest, int n) {
        int lanes = Species.LANES;
        int whole = n - n % lanes;
        float[] last = Scratch.floats(lanes);
        System.arraycopy(x, offset + n - lanes, last, 0, lanes);
        expOfDifference(x, offset, largest, x, whole);
        if (whole < n) {
            expOfDifference(last, 0, largest, last, lanes);
            System.arraycopy(last, 0, x, offset + n - lanes, lanes);
        }
    }

    /** x[offset + j] *= factor for j below n. */
    static void scale(float[] x, int offset, int n, float factor) {
        int last = offset + n - Species.LANES;
        // The last vector is read before the one that it overlaps is written, so that nothing is multiplied twice.
        var tail = FloatVector.fromArray(Species.FLOAT, x, last).mul(factor);
        for (int j = offset; j < last; j += Species.LANES) {
            FloatVector.fromArray(Species.FLOAT, x, j).mul(factor).intoArray(x, j);
        }
        tail.intoArray(x, last);
    }
}
