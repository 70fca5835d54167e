package handgrad.kernel.attention;

import handgrad.kernel.VectorMath;
import handgrad.kernel.runtime.Species;
import jdk.incubator.vector.FloatVector;

/** The loop of {@link AttentionTile} that C2 does not turn into vectors by itself. */
final class VectorAttention {
    private VectorAttention() {}

    /** x[start + j] = exp(scale · x[start + j] - shift) for j below n, a multiple of every vector. */
    static void exponentials(float[] x, int start, int n, float scale, float shift) {
        for (int j = start; j < start + n; j += Species.LANES) {
            VectorMath.exp(FloatVector.fromArray(Species.FLOAT, x, j).mul(scale).sub(shift))
                    .intoArray(x, j);
        }
    }
}
