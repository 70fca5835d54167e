package handgrad.kernel.attention;

import handgrad.kernel.VectorMath;
import handgrad.kernel.runtime.Species;
import jdk.incubator.vector.FloatVector;

/** The loop of {@link AttentionTile} that C2 does not turn into vectors by itself. */
final class VectorAttention {
    private VectorAttention() {}

    /** x = exp(x) for n elements, a multiple of every vector. */
    static void exp(float[] x, int n) {
        for (int j = 0; j < n; j += Species.LANES) {
            VectorMath.exp(FloatVector.fromArray(Species.FLOAT, x, j)).intoArray(x, j);
        }
    }
}
