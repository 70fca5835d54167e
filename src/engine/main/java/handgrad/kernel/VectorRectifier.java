package handgrad.kernel;

import handgrad.kernel.runtime.Species;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Rectifiers on the Vector API: C2 does not vectorise the plain loops, because their arrays may be one. Each does the
 * elements of a range that fill whole vectors, and returns where the others begin.
 */
final class VectorRectifier {
    private VectorRectifier() {}

    static int relu(float[] x, float[] out, int from, int to) {
        int end = from + Species.FLOAT.loopBound(to - from);
        for (int i = from; i < end; i += Species.LANES) {
            FloatVector.fromArray(Species.FLOAT, x, i).max(0).intoArray(out, i);
        }
        return end;
    }

    static int reluBackward(float[] y, float[] dOut, float[] dX, int from, int to) {
        int end = from + Species.FLOAT.loopBound(to - from);
        for (int i = from; i < end; i += Species.LANES) {
            var value = FloatVector.fromArray(Species.FLOAT, y, i);
            value.blend(0, value.compare(VectorOperators.LE, 0))
                    .blend(FloatVector.fromArray(Species.FLOAT, dOut, i), value.compare(VectorOperators.GT, 0))
                    .intoArray(dX, i);
        }
        return end;
    }

    static int leakyRelu(float[] x, float negativeSlope, float[] out, int from, int to) {
        int end = from + Species.FLOAT.loopBound(to - from);
        for (int i = from; i < end; i += Species.LANES) {
            var value = FloatVector.fromArray(Species.FLOAT, x, i);
            value.mul(negativeSlope)
                    .blend(value, value.compare(VectorOperators.GT, 0))
                    .intoArray(out, i);
        }
        return end;
    }

    static int leakyReluBackward(float[] y, float negativeSlope, float[] dOut, float[] dX, int from, int to) {
        int end = from + Species.FLOAT.loopBound(to - from);
        for (int i = from; i < end; i += Species.LANES) {
            var value = FloatVector.fromArray(Species.FLOAT, y, i);
            var d = FloatVector.fromArray(Species.FLOAT, dOut, i);
            value.blend(d.mul(negativeSlope), value.compare(VectorOperators.LE, 0))
                    .blend(d, value.compare(VectorOperators.GT, 0))
                    .intoArray(dX, i);
        }
        return end;
    }
}
