package handgrad.kernel;

import static handgrad.kernel.ScalarMath.*;
import static handgrad.kernel.runtime.Species.FLOAT;

import handgrad.kernel.runtime.VectorSupport;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * exp, tanh, log, sigmoid and the normal distribution for a vector of floats, made to be inlined into the loops that
 * call them. The formulas, their source and their accuracy stand in {@link ScalarMath}, which gives the same bits.
 *
 * <p>A vector that passes through a call which C2 does not inline is boxed, and C2 inlines only where the profile of
 * the calling method says that the call is frequent. So a function here must be called on every turn of a loop, not in
 * a branch, and the method with the loop must be entered only when there is at least one vector to do. For the same
 * reason these functions call nothing but the Vector API, whose methods are always inlined, and none has more than the
 * 325 bytes of bytecode up to which C2 inlines a frequent call. They want fused multiply-add, see {@link
 * VectorSupport#fillFused}.
 */
public final class VectorMath {
    private VectorMath() {}

    /** e to the power x. */
    static FloatVector exp(FloatVector x) {
        var clamped = x.blend(EXP_MAX, x.compare(VectorOperators.GT, EXP_MAX));
        clamped = clamped.blend(EXP_MIN, clamped.compare(VectorOperators.LT, EXP_MIN));
        var shifted = clamped.fma(LOG2_E, EXP_ROUNDER);
        var rounded = shifted.sub(EXP_ROUNDER);
        var r = rounded.fma(FloatVector.broadcast(FLOAT, -LN2_HIGH), clamped);
        r = rounded.fma(FloatVector.broadcast(FLOAT, -LN2_LOW), r);
        var power = r.fma(P4, P3)
                .fma(r, FloatVector.broadcast(FLOAT, P2))
                .fma(r, FloatVector.broadcast(FLOAT, P1))
                .fma(r, FloatVector.broadcast(FLOAT, P0))
                .fma(r, FloatVector.broadcast(FLOAT, 1f))
                .fma(r, FloatVector.broadcast(FLOAT, 1f));
        var exponents = shifted.reinterpretAsInts();
        var half = exponents.lanewise(VectorOperators.LSHL, MANTISSA_BITS - 1).and(~MANTISSA);
        var rest = exponents.lanewise(VectorOperators.LSHL, MANTISSA_BITS).sub(half);
        return power.mul(half.reinterpretAsFloats()).mul(rest.reinterpretAsFloats());
    }

    /** 1 / (1 + e to the power -x). */
    static FloatVector sigmoid(FloatVector x) {
        var minus = x.neg();
        var clamped = minus.blend(-EXP_MIN, minus.compare(VectorOperators.GT, -EXP_MIN));
        clamped = clamped.blend(EXP_MIN, clamped.compare(VectorOperators.LT, EXP_MIN));
        var shifted = clamped.fma(LOG2_E, EXP_ROUNDER);
        var rounded = shifted.sub(EXP_ROUNDER);
        var r = rounded.fma(FloatVector.broadcast(FLOAT, -LN2_HIGH), clamped);
        r = rounded.fma(FloatVector.broadcast(FLOAT, -LN2_LOW), r);
        var power = r.fma(P4, P3)
                .fma(r, FloatVector.broadcast(FLOAT, P2))
                .fma(r, FloatVector.broadcast(FLOAT, P1))
                .fma(r, FloatVector.broadcast(FLOAT, P0))
                .fma(r, FloatVector.broadcast(FLOAT, 1f))
                .fma(r, FloatVector.broadcast(FLOAT, 1f));
        var exponents = shifted.reinterpretAsInts();
        var half = exponents.lanewise(VectorOperators.LSHL, MANTISSA_BITS - 1).and(~MANTISSA);
        var rest = exponents.lanewise(VectorOperators.LSHL, MANTISSA_BITS).sub(half);
        var inverse = rest.neg().add(2 * ONE).reinterpretAsFloats();
        var denominator = power.fma(half.reinterpretAsFloats(), inverse);
        return FloatVector.broadcast(FLOAT, 1f).div(denominator).mul(inverse);
    }

    /** Hyperbolic tangent. */
    static FloatVector tanh(FloatVector x) {
        var magnitude = x.abs();
        var z = x.mul(x);
        var odd = z.fma(R4, R3)
                .fma(z, FloatVector.broadcast(FLOAT, R2))
                .fma(z, FloatVector.broadcast(FLOAT, R1))
                .fma(z, FloatVector.broadcast(FLOAT, R0));
        var small = magnitude.mul(z).fma(odd, magnitude);
        var clamped = magnitude.blend(TANH_MAX, magnitude.compare(VectorOperators.GT, TANH_MAX));
        var twice = clamped.add(clamped);
        var shifted = twice.fma(LOG2_E, BIASED_ROUNDER);
        var rounded = shifted.sub(BIASED_ROUNDER);
        var r = rounded.fma(FloatVector.broadcast(FLOAT, -LN2_HIGH), twice);
        r = rounded.fma(FloatVector.broadcast(FLOAT, -LN2_LOW), r);
        var p = r.fma(P4, P3)
                .fma(r, FloatVector.broadcast(FLOAT, P2))
                .fma(r, FloatVector.broadcast(FLOAT, P1))
                .fma(r, FloatVector.broadcast(FLOAT, P0));
        var scale = shifted.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, MANTISSA_BITS)
                .reinterpretAsFloats();
        var denominator = scale.fma(r.mul(r).fma(p, r), scale.add(1f));
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
        var q = f.fma(Q8, Q7)
                .fma(f, FloatVector.broadcast(FLOAT, Q6))
                .fma(f, FloatVector.broadcast(FLOAT, Q5))
                .fma(f, FloatVector.broadcast(FLOAT, Q4))
                .fma(f, FloatVector.broadcast(FLOAT, Q3))
                .fma(f, FloatVector.broadcast(FLOAT, Q2))
                .fma(f, FloatVector.broadcast(FLOAT, Q1))
                .fma(f, FloatVector.broadcast(FLOAT, Q0));
        var square = f.mul(f);
        var tail = square.mul(f).fma(q, k.fma(FloatVector.broadcast(FLOAT, LN2_LOW), square.mul(-0.5f)));
        var result = k.fma(FloatVector.broadcast(FLOAT, LN2_HIGH), f.add(tail));
        result = result.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
        result = result.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
        // False for NaN as well as for numbers below 0.
        var inDomain = x.compare(VectorOperators.GE, 0f);
        return result.blend(Float.NaN, inDomain.not());
    }

    /** The distribution function of the normal distribution, where ratio is {@link #tailRatio} of x. */
    static FloatVector normalCdf(FloatVector x, FloatVector ratio) {
        var a = x.abs();
        a = a.blend(CDF_MAX, a.compare(VectorOperators.GT, CDF_MAX));
        var square = a.mul(a);
        var lost = a.fma(a, square.neg());
        var exponent = square.mul(-0.5f);
        var shifted = exponent.fma(LOG2_E, EXP_ROUNDER);
        var rounded = shifted.sub(EXP_ROUNDER);
        var r = rounded.fma(FloatVector.broadcast(FLOAT, -LN2_HIGH), exponent);
        r = rounded.fma(FloatVector.broadcast(FLOAT, -LN2_LOW), r);
        r = lost.fma(FloatVector.broadcast(FLOAT, -0.5f), r);
        var power = r.fma(P4, P3)
                .fma(r, FloatVector.broadcast(FLOAT, P2))
                .fma(r, FloatVector.broadcast(FLOAT, P1))
                .fma(r, FloatVector.broadcast(FLOAT, P0))
                .fma(r, FloatVector.broadcast(FLOAT, 1f))
                .fma(r, FloatVector.broadcast(FLOAT, 1f));
        var exponents = shifted.reinterpretAsInts();
        var half = exponents.lanewise(VectorOperators.LSHL, MANTISSA_BITS - 1).and(~MANTISSA);
        var rest = exponents.lanewise(VectorOperators.LSHL, MANTISSA_BITS).sub(half);
        var tail = power.mul(ratio).mul(half.reinterpretAsFloats()).mul(rest.reinterpretAsFloats());
        return FloatVector.broadcast(FLOAT, 1f).sub(tail).blend(tail, x.compare(VectorOperators.LT, 0f));
    }

    /** Φ(-|x|) / e^(-x²/2), a function of its own so that both are short enough to be inlined. */
    static FloatVector tailRatio(FloatVector x) {
        var a = x.abs();
        a = a.blend(CDF_MAX, a.compare(VectorOperators.GT, CDF_MAX));
        var one = FloatVector.broadcast(FLOAT, 1f);
        var t = one.div(a.fma(FloatVector.broadcast(FLOAT, CDF_SCALE), one));
        var s = t.sub(CDF_MIDDLE);
        return s.fma(C9, C8)
                .fma(s, FloatVector.broadcast(FLOAT, C7))
                .fma(s, FloatVector.broadcast(FLOAT, C6))
                .fma(s, FloatVector.broadcast(FLOAT, C5))
                .fma(s, FloatVector.broadcast(FLOAT, C4))
                .fma(s, FloatVector.broadcast(FLOAT, C3))
                .fma(s, FloatVector.broadcast(FLOAT, C2))
                .fma(s, FloatVector.broadcast(FLOAT, C1))
                .fma(s, FloatVector.broadcast(FLOAT, C0))
                .mul(t);
    }
}
