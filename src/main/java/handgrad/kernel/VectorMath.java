package handgrad.kernel;

import static handgrad.kernel.ScalarMath.*;
import static handgrad.kernel.Species.FLOAT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * exp, tanh and log for a vector of floats, made to be inlined into the loops that call them. The formulas, their source
 * and their accuracy stand in {@link ScalarMath}, which gives the same bits.
 *
 * <p>A vector that passes through a call which C2 does not inline is boxed, and C2 inlines only where the profile of the
 * calling method says that the call is frequent. So a function here must be called on every turn of a loop, not in a branch,
 * and the method with the loop must be entered only when there is at least one vector to do. For the same reason these
 * functions call nothing but the Vector API, whose methods are always inlined.
 */
final class VectorMath {
    private VectorMath() {}

    /** e to the power x. */
    static FloatVector exp(FloatVector x) {
        var clamped = x.blend(EXP_MAX, x.compare(VectorOperators.GT, EXP_MAX));
        clamped = clamped.blend(EXP_MIN, clamped.compare(VectorOperators.LT, EXP_MIN));
        var shifted = clamped.mul(LOG2_E).add(ROUNDER);
        var rounded = shifted.sub(ROUNDER);
        var r = clamped.sub(rounded.mul(LN2_HIGH)).sub(rounded.mul(LN2_LOW));
        var p = r.mul(P4).add(P3).mul(r).add(P2).mul(r).add(P1).mul(r).add(P0);
        var power = r.mul(r).mul(p).add(r).add(1f);
        var n = shifted.reinterpretAsInts().sub(ROUNDER_BITS);
        var half = n.lanewise(VectorOperators.ASHR, 1);
        var rest = n.sub(half);
        var scale1 = half.lanewise(VectorOperators.LSHL, MANTISSA_BITS).add(ONE).reinterpretAsFloats();
        var scale2 = rest.lanewise(VectorOperators.LSHL, MANTISSA_BITS).add(ONE).reinterpretAsFloats();
        return power.mul(scale1).mul(scale2);
    }

    /** Hyperbolic tangent. */
    static FloatVector tanh(FloatVector x) {
        var magnitude = x.abs();
        var z = x.mul(x);
        var odd = z.mul(R4).add(R3).mul(z).add(R2).mul(z).add(R1).mul(z).add(R0);
        var small = magnitude.mul(z.mul(odd)).add(magnitude);
        var clamped = magnitude.blend(TANH_MAX, magnitude.compare(VectorOperators.GT, TANH_MAX));
        var twice = clamped.add(clamped);
        var shifted = twice.mul(LOG2_E).add(ROUNDER);
        var rounded = shifted.sub(ROUNDER);
        var r = twice.sub(rounded.mul(LN2_HIGH)).sub(rounded.mul(LN2_LOW));
        var p = r.mul(P4).add(P3).mul(r).add(P2).mul(r).add(P1).mul(r).add(P0);
        var n = shifted.reinterpretAsInts().sub(ROUNDER_BITS);
        var scale = n.lanewise(VectorOperators.LSHL, MANTISSA_BITS).add(ONE).reinterpretAsFloats();
        var denominator = scale.mul(r.mul(r).mul(p).add(r)).add(scale.add(1f));
        var large = FloatVector.broadcast(FLOAT, -2f).div(denominator).add(1f);
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
                .add(ROUNDER_BITS - 127)
                .reinterpretAsFloats()
                .sub(ROUNDER);
        var k = exponent.blend(exponent.sub(25f), subnormal);
        var q = f.mul(Q8).add(Q7).mul(f).add(Q6).mul(f).add(Q5).mul(f).add(Q4);
        q = q.mul(f).add(Q3).mul(f).add(Q2).mul(f).add(Q1).mul(f).add(Q0);
        var square = f.mul(f);
        var tail = square.mul(f).mul(q).add(k.mul(LN2_LOW)).sub(square.mul(0.5f));
        var result = f.add(tail).add(k.mul(LN2_HIGH));
        result = result.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
        result = result.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
        // False for NaN as well as for numbers below 0.
        var inDomain = x.compare(VectorOperators.GE, 0f);
        return result.blend(Float.NaN, inDomain.not());
    }
}
