package handgrad.kernel;

import static handgrad.kernel.ScalarMath.*;
import static handgrad.kernel.Species.FLOAT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * exp, tanh and log for a vector of floats, made to be inlined into the loops that call them. The formulas, their source
 * and their accuracy stand in {@link ScalarMath}, which gives the same bits.
 */
final class VectorMath {
    private VectorMath() {}

    /** e to the power x. */
    static FloatVector exp(FloatVector x) {
        var clamped = x.blend(EXP_MAX, x.compare(VectorOperators.GT, EXP_MAX));
        clamped = clamped.blend(EXP_MIN, clamped.compare(VectorOperators.LT, EXP_MIN));
        var shifted = fma(clamped, LOG2_E, ROUNDER);
        var r = reduce(clamped, shifted.sub(ROUNDER));
        var power = expm1(r).add(1f);
        var n = shifted.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUNDER));
        var half = n.lanewise(VectorOperators.ASHR, 1);
        return power.mul(powerOfTwo(half)).mul(powerOfTwo(n.sub(half)));
    }

    /** Hyperbolic tangent. */
    static FloatVector tanh(FloatVector x) {
        var magnitude = x.abs();
        var z = x.mul(x);
        var odd = fma(fma(fma(fma(FloatVector.broadcast(FLOAT, R4), z, R3), z, R2), z, R1), z, R0);
        var small = fma(magnitude, z.mul(odd), magnitude);
        var clamped = magnitude.blend(TANH_MAX, magnitude.compare(VectorOperators.GT, TANH_MAX));
        var twice = clamped.add(clamped);
        var shifted = fma(twice, LOG2_E, ROUNDER);
        var r = reduce(twice, shifted.sub(ROUNDER));
        var scale = powerOfTwo(shifted.reinterpretAsInts().sub(Float.floatToRawIntBits(ROUNDER)));
        var one = FloatVector.broadcast(FLOAT, 1f);
        var large = one.sub(FloatVector.broadcast(FLOAT, 2f).div(fma(scale, expm1(r), scale.add(1f))));
        var result = large.blend(small, magnitude.compare(VectorOperators.LT, TANH_SMALL));
        var sign = x.reinterpretAsInts().and(SIGN);
        return result.reinterpretAsInts().or(sign).reinterpretAsFloats();
    }

    /** Natural logarithm. */
    static FloatVector log(FloatVector x) {
        var subnormal = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
        var bits = x.blend(x.mul(TWO_TO_25), subnormal).reinterpretAsInts().add(ONE - SQRT_HALF);
        var f = bits.and(MANTISSA).add(SQRT_HALF).reinterpretAsFloats().sub(1f);
        // The exponent as a float: its integer put into the low bits of 1.5 * 2^23, from which that is then taken.
        var exponent = bits.lanewise(VectorOperators.ASHR, MANTISSA_BITS)
                .add(Float.floatToRawIntBits(ROUNDER) - 127)
                .reinterpretAsFloats()
                .sub(ROUNDER);
        var k = exponent.blend(exponent.sub(25f), subnormal);
        var q = fma(fma(fma(fma(FloatVector.broadcast(FLOAT, Q8), f, Q7), f, Q6), f, Q5), f, Q4);
        q = fma(fma(fma(fma(q, f, Q3), f, Q2), f, Q1), f, Q0);
        var square = f.mul(f);
        var tail = fma(k, LN2_LOW, square.mul(f).mul(q));
        var result = fma(k, LN2_HIGH, f.add(fma(square, -0.5f, tail)));
        result = result.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
        result = result.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
        // Not "x >= 0" is true for NaN as well as for numbers below 0.
        return result.blend(Float.NaN, x.compare(VectorOperators.GE, 0f).not());
    }

    /** a b + c, fused where the CPU does it. */
    static FloatVector fma(FloatVector a, FloatVector b, FloatVector c) {
        return VectorSupport.FMA ? a.fma(b, c) : a.mul(b).add(c);
    }

    private static FloatVector fma(FloatVector a, FloatVector b, float c) {
        return fma(a, b, FloatVector.broadcast(FLOAT, c));
    }

    private static FloatVector fma(FloatVector a, float b, FloatVector c) {
        return fma(a, FloatVector.broadcast(FLOAT, b), c);
    }

    private static FloatVector fma(FloatVector a, float b, float c) {
        return fma(a, FloatVector.broadcast(FLOAT, b), FloatVector.broadcast(FLOAT, c));
    }

    private static FloatVector reduce(FloatVector x, FloatVector n) {
        return fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x));
    }

    private static FloatVector expm1(FloatVector r) {
        var p = fma(fma(fma(fma(FloatVector.broadcast(FLOAT, P4), r, P3), r, P2), r, P1), r, P0);
        return fma(r.mul(r), p, r);
    }

    private static FloatVector powerOfTwo(IntVector n) {
        return n.lanewise(VectorOperators.LSHL, MANTISSA_BITS).add(ONE).reinterpretAsFloats();
    }
}
