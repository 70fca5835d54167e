package handgrad.kernel;

import handgrad.kernel.runtime.Species;
import jdk.incubator.vector.FloatVector;

/**
 * The arithmetic of two arrays, and of an array and a number, on the Vector API: C2 does not vectorise the plain loops,
 * because they run from offsets of arrays that may be one. Each does the elements that fill whole vectors, and returns
 * where the others begin; the bits are those of the plain loops.
 */
final class VectorArithmetic {
    private VectorArithmetic() {}

    /** The elementwise operation of two arrays. */
    static int both(
            BinaryOperation operation,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            float[] out,
            int outOffset,
            int n) {
        int end = Species.FLOAT.loopBound(n);
        switch (operation) {
            case ADD -> {
                for (int i = 0; i < end; i += Species.LANES) {
                    FloatVector.fromArray(Species.FLOAT, a, aOffset + i)
                            .add(FloatVector.fromArray(Species.FLOAT, b, bOffset + i))
                            .intoArray(out, outOffset + i);
                }
            }
            case SUBTRACT -> {
                for (int i = 0; i < end; i += Species.LANES) {
                    FloatVector.fromArray(Species.FLOAT, a, aOffset + i)
                            .sub(FloatVector.fromArray(Species.FLOAT, b, bOffset + i))
                            .intoArray(out, outOffset + i);
                }
            }
            case MULTIPLY -> {
                for (int i = 0; i < end; i += Species.LANES) {
                    FloatVector.fromArray(Species.FLOAT, a, aOffset + i)
                            .mul(FloatVector.fromArray(Species.FLOAT, b, bOffset + i))
                            .intoArray(out, outOffset + i);
                }
            }
            case DIVIDE -> {
                for (int i = 0; i < end; i += Species.LANES) {
                    FloatVector.fromArray(Species.FLOAT, a, aOffset + i)
                            .div(FloatVector.fromArray(Species.FLOAT, b, bOffset + i))
                            .intoArray(out, outOffset + i);
                }
            }
            case SUBTRACT_FROM -> {
                for (int i = 0; i < end; i += Species.LANES) {
                    FloatVector.fromArray(Species.FLOAT, b, bOffset + i)
                            .sub(FloatVector.fromArray(Species.FLOAT, a, aOffset + i))
                            .intoArray(out, outOffset + i);
                }
            }
            case MAXIMUM -> {
                for (int i = 0; i < end; i += Species.LANES) {
                    FloatVector.fromArray(Species.FLOAT, a, aOffset + i)
                            .max(FloatVector.fromArray(Species.FLOAT, b, bOffset + i))
                            .intoArray(out, outOffset + i);
                }
            }
            case MINIMUM -> {
                for (int i = 0; i < end; i += Species.LANES) {
                    FloatVector.fromArray(Species.FLOAT, a, aOffset + i)
                            .min(FloatVector.fromArray(Species.FLOAT, b, bOffset + i))
                            .intoArray(out, outOffset + i);
                }
            }
        }
        return end;
    }

    /** The elementwise operation of an array and a number. */
    static int withNumber(
            BinaryOperation operation, float[] a, int aOffset, float b, float[] out, int outOffset, int n) {
        int end = Species.FLOAT.loopBound(n);
        switch (operation) {
            case ADD -> {
                for (int i = 0; i < end; i += Species.LANES) {
                    FloatVector.fromArray(Species.FLOAT, a, aOffset + i).add(b).intoArray(out, outOffset + i);
                }
            }
            case SUBTRACT -> {
                for (int i = 0; i < end; i += Species.LANES) {
                    FloatVector.fromArray(Species.FLOAT, a, aOffset + i).sub(b).intoArray(out, outOffset + i);
                }
            }
            case MULTIPLY -> {
                for (int i = 0; i < end; i += Species.LANES) {
                    FloatVector.fromArray(Species.FLOAT, a, aOffset + i).mul(b).intoArray(out, outOffset + i);
                }
            }
            case DIVIDE -> {
                for (int i = 0; i < end; i += Species.LANES) {
                    FloatVector.fromArray(Species.FLOAT, a, aOffset + i).div(b).intoArray(out, outOffset + i);
                }
            }
            case SUBTRACT_FROM -> {
                for (int i = 0; i < end; i += Species.LANES) {
                    FloatVector.broadcast(Species.FLOAT, b)
                            .sub(FloatVector.fromArray(Species.FLOAT, a, aOffset + i))
                            .intoArray(out, outOffset + i);
                }
            }
            case MAXIMUM -> {
                for (int i = 0; i < end; i += Species.LANES) {
                    FloatVector.fromArray(Species.FLOAT, a, aOffset + i).max(b).intoArray(out, outOffset + i);
                }
            }
            case MINIMUM -> {
                for (int i = 0; i < end; i += Species.LANES) {
                    FloatVector.fromArray(Species.FLOAT, a, aOffset + i).min(b).intoArray(out, outOffset + i);
                }
            }
        }
        return end;
    }
}
