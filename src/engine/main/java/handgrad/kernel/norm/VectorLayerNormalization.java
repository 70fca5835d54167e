package handgrad.kernel.norm;

import static handgrad.kernel.runtime.Species.FLOAT;
import static handgrad.kernel.runtime.Species.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * The loops of {@link LayerNormalization} over the n elements of a row, on the Vector API: C2 leaves loops scalar whose
 * arrays have different offsets. Each does what fills whole vectors, with the bits of the scalar loop, which does the
 * rest, and returns how many elements that are.
 */
final class VectorLayerNormalization {
    private VectorLayerNormalization() {}

    /** normalized = x - mean; squares = normalized ∘ normalized; all from the offset row on. */
    static int deviations(float[] x, int row, float mean, float[] normalized, float[] squares, int n) {
        int whole = FLOAT.loopBound(n);
        for (int j = 0; j < whole; j += LANES) {
            var deviation = FloatVector.fromArray(FLOAT, x, row + j).sub(mean);
            deviation.intoArray(normalized, row + j);
            deviation.mul(deviation).intoArray(squares, row + j);
        }
        return whole;
    }

    /** normalized = (normalized - center) · inverse; out = weight ∘ normalized + bias. */
    static int normalize(
            float[] normalized,
            int row,
            float center,
            float inverse,
            float[] weight,
            float[] bias,
            float[] out,
            int n) {
        int whole = FLOAT.loopBound(n);
        for (int j = 0; j < whole; j += LANES) {
            var unit = FloatVector.fromArray(FLOAT, normalized, row + j)
                    .sub(center)
                    .mul(inverse);
            unit.intoArray(normalized, row + j);
            FloatVector.fromArray(FLOAT, weight, j)
                    .mul(unit)
                    .add(FloatVector.fromArray(FLOAT, bias, j))
                    .intoArray(out, row + j);
        }
        return whole;
    }

    /** dX = weight ∘ dOut; products = dX ∘ normalized, from the offset at on. */
    static int products(
            float[] dOut, int row, float[] weight, float[] normalized, float[] dX, float[] products, int at, int n) {
        int whole = FLOAT.loopBound(n);
        for (int j = 0; j < whole; j += LANES) {
            var dNormalized = FloatVector.fromArray(FLOAT, weight, j).mul(FloatVector.fromArray(FLOAT, dOut, row + j));
            dNormalized.intoArray(dX, row + j);
            dNormalized.mul(FloatVector.fromArray(FLOAT, normalized, row + j)).intoArray(products, at + j);
        }
        return whole;
    }

    /** dX = inverse · (dX - mean - normalized · slope). */
    static int gradient(float[] dX, int row, float mean, float slope, float inverse, float[] normalized, int n) {
        int whole = FLOAT.loopBound(n);
        for (int j = 0; j < whole; j += LANES) {
            FloatVector.fromArray(FLOAT, dX, row + j)
                    .sub(mean)
                    .sub(FloatVector.fromArray(FLOAT, normalized, row + j).mul(slope))
                    .mul(inverse)
                    .intoArray(dX, row + j);
        }
        return whole;
    }
}
