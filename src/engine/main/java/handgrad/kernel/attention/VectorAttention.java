package handgrad.kernel.attention;

import static handgrad.kernel.runtime.Species.FLOAT;
import static handgrad.kernel.runtime.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The loops of an {@link AttentionTile} over the n elements of a row, which fill whole vectors, on the Vector API, with
 * the bits of the scalar loops. A row is short, so what C2 does in front of its own vector loops and behind them would
 * take longer than the loop; and it begins them elsewhere, so that the next loop would wait for what they wrote.
 */
final class VectorAttention {
    private VectorAttention() {}

    static float largest(float[] x, int start, int n) {
        var largest = FloatVector.fromArray(FLOAT, x, start);
        for (int j = start + LANES; j < start + n; j += LANES) {
            largest = largest.max(FloatVector.fromArray(FLOAT, x, j));
        }
        return largest.reduceLanes(VectorOperators.MAX);
    }

    /** x = x · factor. */
    static void multiply(float[] x, int start, int n, float factor) {
        for (int j = start; j < start + n; j += LANES) {
            FloatVector.fromArray(FLOAT, x, j).mul(factor).intoArray(x, j);
        }
    }

    /** dP = p ∘ (dP - sum) · scale. */
    static void scoreGradient(float[] p, float[] dP, int start, int n, float sum, float scale) {
        for (int j = start; j < start + n; j += LANES) {
            FloatVector.fromArray(FLOAT, p, j)
                    .mul(FloatVector.fromArray(FLOAT, dP, j).sub(sum))
                    .mul(scale)
                    .intoArray(dP, j);
        }
    }

    /**
     * products = out ∘ dOut, from 0 and from the offset on, as far as any n elements fill whole vectors; returns how
     * many do.
     */
    static int products(float[] out, float[] dOut, int offset, int n, float[] products) {
        int whole = FLOAT.loopBound(n);
        for (int j = 0; j < whole; j += LANES) {
            FloatVector.fromArray(FLOAT, out, offset + j)
                    .mul(FloatVector.fromArray(FLOAT, dOut, offset + j))
                    .intoArray(products, j);
        }
        return whole;
    }
}
