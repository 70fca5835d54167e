package handgrad.kernel;

import static handgrad.kernel.ScalarMath.*;

import handgrad.kernel.runtime.Species;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** exp, log, tanh, sigmoid and normalCdf over arrays on the Vector API, each with a scalar tail of the same bits. */
final class VectorElementwise {
    private VectorElementwise() {}

    /**
     * Where all lanes have normal results, as nearly always, exp needs neither bounds nor a power of two in two halves,
     * and takes two thirds of the time on AVX2; other vectors are done one by one. The formula stands here because C2
     * may not inline a method that is called in a branch, and then boxes.
     */
    static void exp(float[] x, float[] out, int from, int to) {
        int i = from;
        for (; i <= to - Species.LANES; i += Species.LANES) {
            var v = FloatVector.fromArray(Species.FLOAT, x, i);
            if (v.abs().compare(VectorOperators.GT, EXP_NORMAL).anyTrue()) {
                ScalarElementwise.exp(x, out, i, i + Species.LANES);
                continue;
            }
            var shifted = v.fma(LOG2_E, BIASED_ROUNDER);
            var rounded = shifted.sub(BIASED_ROUNDER);
            var r = rounded.fma(FloatVector.broadcast(Species.FLOAT, -LN2_HIGH), v);
            r = rounded.fma(FloatVector.broadcast(Species.FLOAT, -LN2_LOW), r);
            r.fma(P4, P3)
                    .fma(r, FloatVector.broadcast(Species.FLOAT, P2))
                    .fma(r, FloatVector.broadcast(Species.FLOAT, P1))
                    .fma(r, FloatVector.broadcast(Species.FLOAT, P0))
                    .fma(r, FloatVector.broadcast(Species.FLOAT, 1f))
                    .fma(r, FloatVector.broadcast(Species.FLOAT, 1f))
                    .mul(shifted.reinterpretAsInts()
                            .lanewise(VectorOperators.LSHL, MANTISSA_BITS)
                            .reinterpretAsFloats())
                    .intoArray(out, i);
        }
        ScalarElementwise.exp(x, out, i, to);
    }

    static void log(float[] x, float[] out, int from, int to) {
        int i = from;
        for (; i <= to - Species.LANES; i += Species.LANES) {
            VectorMath.log(FloatVector.fromArray(Species.FLOAT, x, i)).intoArray(out, i);
        }
        ScalarElementwise.log(x, out, i, to);
    }

    static void tanh(float[] x, float[] out, int from, int to) {
        int i = from;
        for (; i <= to - Species.LANES; i += Species.LANES) {
            VectorMath.tanh(FloatVector.fromArray(Species.FLOAT, x, i)).intoArray(out, i);
        }
        ScalarElementwise.tanh(x, out, i, to);
    }

    static void sigmoid(float[] x, float[] out, int from, int to) {
        int i = from;
        for (; i <= to - Species.LANES; i += Species.LANES) {
            VectorMath.sigmoid(FloatVector.fromArray(Species.FLOAT, x, i)).intoArray(out, i);
        }
        ScalarElementwise.sigmoid(x, out, i, to);
    }

    static void normalCdf(float[] x, float[] out, int from, int to) {
        int i = from;
        for (; i <= to - Species.LANES; i += Species.LANES) {
            var v = FloatVector.fromArray(Species.FLOAT, x, i);
            VectorMath.normalCdf(v, VectorMath.tailRatio(v)).intoArray(out, i);
        }
        ScalarElementwise.normalCdf(x, out, i, to);
    }
}
