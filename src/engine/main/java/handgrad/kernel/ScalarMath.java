package handgrad.kernel;

import handgrad.kernel.runtime.VectorSupport;

/**
 * exp, tanh, log, sigmoid and the normal distribution for float, one value at a time: the polynomials of {@link
 * VectorMath}, operation for operation, so that a loop's vector part and its scalar tail give the same bits.
 *
 * <p>The JDK's own functions are not used because the vector ones differ between platforms and the scalar ones compute
 * in double. Multiplication and addition are fused where the CPU has it, so machines with and without differ in the
 * last bit.
 *
 * <p><b>exp.</b> x = n ln2 + r with n = round(x / ln2), |r| ≤ ln2 / 2, and exp(x) = 2^n exp(r). ln2 is cut into a high
 * part of 9 bits, whose product with n is exact, and the rest (Cody and Waite). exp(r) = 1 + r + r² P(r). The power of
 * two is multiplied in as two halves, so that results underflow gradually and overflow to infinity.
 *
 * <p><b>tanh.</b> Below |x| = 0.625 an odd polynomial x + x³ R(x²), which keeps the relative accuracy near 0; above it
 * sign(x) (1 - 2 / (exp(2|x|) + 1)), with the reduction of exp.
 *
 * <p><b>log.</b> x = 2^k (1 + f) with 1 + f in [√½, √2), and log(x) = k ln2 + f - f²/2 + f³ Q(f). A subnormal x is
 * first scaled by 2^25.
 *
 * <p><b>sigmoid.</b> With exp(-x) = p h k, where h and k are the halves of the power of two, 1 / (1 + exp(-x)) is
 * 1 / (p h + 1/k) / k: no step overflows, and results underflow gradually.
 *
 * <p><b>normalCdf.</b> The tail Φ(-a) = e^(-a²/2) t C(t - ½) with t = 1 / (1 + 3a/8), for a = |x|: C is smooth, since
 * Φ(-a) falls like e^(-a²/2) / a. What a² loses to rounding is added to the argument of exp, and the power of two comes
 * last, so that tails are as accurate as the rest and underflow gradually. Above 0 it is 1 - Φ(-a).
 *
 * <p>P, Q and R are minimax polynomials, found with the Remez algorithm in 50-digit arithmetic and rounded to float one
 * coefficient at a time, lowest power first, refitting the others; so is C, found with Lawson's algorithm. The largest
 * errors over all floats, measured against the double functions of {@link Math} and {@link NormalDistribution}: exp
 * 0.93 ulp, tanh 1.20 ulp, log 0.85 ulp, sigmoid 2.49 ulp, normalCdf 5.18 ulp; without fused multiply-add exp 1.15 ulp,
 * normalCdf 5.79 ulp. {@code ScalarMathTest} repeats this over a dense sample.
 */
final class ScalarMath {
    static final float LOG2_E = 1.4426950f;
    /** ln2 = LN2_HIGH + LN2_LOW. */
    static final float LN2_HIGH = 355f / 512f;

    static final float LN2_LOW = -2.1219444e-4f;

    /** Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits of the sum. */
    static final float ROUNDER = 12582912f;

    static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

    /** Rounds x / ln2 to n and leaves n plus twice the bias of an exponent: its halves, shifted, are powers of two. */
    static final float EXP_ROUNDER = ROUNDER + 2 * 127;

    /** Rounds to n and leaves n plus the bias of an exponent: shifted, that is 2^n. */
    static final float BIASED_ROUNDER = ROUNDER + 127;

    /** Where exp(x) and all factors are normal numbers: |x| up to here. */
    static final float EXP_NORMAL = 87f;

    static final float P0 = 0.5f;
    static final float P1 = 0.16666539f;
    static final float P2 = 0.041666616f;
    static final float P3 = 0.008367205f;
    static final float P4 = 0.0013915275f;

    /** exp(EXP_MAX) overflows, and exp(EXP_MIN) is less than half of the smallest subnormal. */
    static final float EXP_MAX = 89f;

    static final float EXP_MIN = -104f;

    /** Up to here tanh is a polynomial. */
    static final float TANH_SMALL = 0.625f;

    /** tanh(TANH_MAX) is 1 in float. */
    static final float TANH_MAX = 10f;

    static final float R0 = -0.33333287f;
    static final float R1 = 0.13331547f;
    static final float R2 = -0.053747345f;
    static final float R3 = 0.020661358f;
    static final float R4 = -0.0057276636f;

    static final float Q0 = 0.3333331f;
    static final float Q1 = -0.25000206f;
    static final float Q2 = 0.20002466f;
    static final float Q3 = -0.16657251f;
    static final float Q4 = 0.14202799f;
    static final float Q5 = -0.12583993f;
    static final float Q6 = 0.121937715f;
    static final float Q7 = -0.1074678f;
    static final float Q8 = 0.04946777f;

    /** Φ(-CDF_MAX) is less than half of the smallest subnormal. */
    static final float CDF_MAX = 14.5f;

    /** t = 1 / (1 + CDF_SCALE · a) of the tail at a. */
    static final float CDF_SCALE = 0.375f;

    /** What is taken from t, so that the powers of the rest are small. */
    static final float CDF_MIDDLE = 0.5f;

    static final float C0 = 0.26818228f;
    static final float C1 = 0.34610814f;
    static final float C2 = 0.24870744f;
    static final float C3 = 0.021937033f;
    static final float C4 = -0.10260486f;
    static final float C5 = -0.019512968f;
    static final float C6 = 0.06449269f;
    static final float C7 = -0.0030954238f;
    static final float C8 = -0.04043451f;
    static final float C9 = 0.021335473f;

    /** Scales a subnormal into the normal range. */
    static final float TWO_TO_25 = 0x1p25f;

    static final int MANTISSA_BITS = 23;
    static final int MANTISSA = (1 << MANTISSA_BITS) - 1;
    static final int SIGN = 0x8000_0000;
    static final int ONE = 0x3f80_0000;
    static final int SQRT_HALF = 0x3f35_04f3;

    private ScalarMath() {}

    /** e to the power x. exp(-∞) = 0, exp(∞) = ∞, exp(NaN) = NaN. */
    static float exp(float x) {
        float clamped = x > EXP_MAX ? EXP_MAX : x;
        clamped = clamped < EXP_MIN ? EXP_MIN : clamped;
        float shifted = fma(clamped, LOG2_E, EXP_ROUNDER);
        float r = reduce(clamped, shifted - EXP_ROUNDER);
        float power = fma(fma(polynomial(r), r, 1f), r, 1f);
        int exponents = Float.floatToRawIntBits(shifted);
        int half = exponents << (MANTISSA_BITS - 1) & ~MANTISSA;
        int rest = (exponents << MANTISSA_BITS) - half;
        return power * Float.intBitsToFloat(half) * Float.intBitsToFloat(rest);
    }

    /** 1 / (1 + exp(-x)). sigmoid(-∞) = 0, sigmoid(∞) = 1, sigmoid(NaN) = NaN. */
    static float sigmoid(float x) {
        float clamped = -x > -EXP_MIN ? -EXP_MIN : -x;
        clamped = clamped < EXP_MIN ? EXP_MIN : clamped;
        float shifted = fma(clamped, LOG2_E, EXP_ROUNDER);
        float r = reduce(clamped, shifted - EXP_ROUNDER);
        float power = fma(fma(polynomial(r), r, 1f), r, 1f);
        int exponents = Float.floatToRawIntBits(shifted);
        int half = exponents << (MANTISSA_BITS - 1) & ~MANTISSA;
        int rest = (exponents << MANTISSA_BITS) - half;
        float inverse = Float.intBitsToFloat(2 * ONE - rest);
        return 1f / fma(power, Float.intBitsToFloat(half), inverse) * inverse;
    }

    /** Hyperbolic tangent. tanh(±0) = ±0, tanh(±∞) = ±1, tanh(NaN) = NaN. */
    static float tanh(float x) {
        float magnitude = Math.abs(x);
        float z = x * x;
        float odd = fma(fma(fma(fma(R4, z, R3), z, R2), z, R1), z, R0);
        float small = fma(magnitude * z, odd, magnitude);
        float clamped = magnitude > TANH_MAX ? TANH_MAX : magnitude;
        float twice = clamped + clamped;
        float shifted = fma(twice, LOG2_E, BIASED_ROUNDER);
        float scale = Float.intBitsToFloat(Float.floatToRawIntBits(shifted) << MANTISSA_BITS);
        float r = reduce(twice, shifted - BIASED_ROUNDER);
        float large = -2f / fma(scale, fma(r * r, polynomial(r), r), scale + 1f) + 1f;
        return Math.copySign(magnitude < TANH_SMALL ? small : large, x);
    }

    /** Natural logarithm. log(±0) = -∞, log(∞) = ∞, and NaN for NaN and numbers below 0. */
    static float log(float x) {
        boolean subnormal = x < Float.MIN_NORMAL;
        int bits = Float.floatToRawIntBits(subnormal ? x * TWO_TO_25 : x) + (ONE - SQRT_HALF);
        float k = (bits >> MANTISSA_BITS) - (subnormal ? 127 + 25 : 127);
        float f = Float.intBitsToFloat((bits & MANTISSA) + SQRT_HALF) - 1f;
        float q = fma(fma(fma(fma(Q8, f, Q7), f, Q6), f, Q5), f, Q4);
        q = fma(fma(fma(fma(q, f, Q3), f, Q2), f, Q1), f, Q0);
        float square = f * f;
        float tail = fma(square * f, q, fma(k, LN2_LOW, square * -0.5f));
        float result = fma(k, LN2_HIGH, f + tail);
        if (x > 0f) {
            return x == Float.POSITIVE_INFINITY ? x : result;
        }
        return x == 0f ? Float.NEGATIVE_INFINITY : Float.NaN;
    }

    /** The distribution function Φ of the normal distribution. Φ(-∞) = 0, Φ(∞) = 1, Φ(NaN) = NaN. */
    static float normalCdf(float x) {
        float magnitude = Math.abs(x);
        float a = magnitude > CDF_MAX ? CDF_MAX : magnitude;
        float square = a * a;
        float lost = (float) ((double) a * a - square); // exact, so it has the bits of a fused multiplication
        float exponent = square * -0.5f;
        float shifted = fma(exponent, LOG2_E, EXP_ROUNDER);
        float r = fma(lost, -0.5f, reduce(exponent, shifted - EXP_ROUNDER));
        float power = fma(fma(polynomial(r), r, 1f), r, 1f);
        int exponents = Float.floatToRawIntBits(shifted);
        int half = exponents << (MANTISSA_BITS - 1) & ~MANTISSA;
        int rest = (exponents << MANTISSA_BITS) - half;
        float tail = power * tailRatio(x) * Float.intBitsToFloat(half) * Float.intBitsToFloat(rest);
        return x < 0f ? tail : 1f - tail;
    }

    /** Φ(-|x|) / e^(-x²/2). */
    private static float tailRatio(float x) {
        float magnitude = Math.abs(x);
        float a = magnitude > CDF_MAX ? CDF_MAX : magnitude;
        float t = 1f / fma(a, CDF_SCALE, 1f);
        float s = t - CDF_MIDDLE;
        float c = fma(fma(fma(fma(fma(C9, s, C8), s, C7), s, C6), s, C5), s, C4);
        return fma(fma(fma(fma(c, s, C3), s, C2), s, C1), s, C0) * t;
    }

    /** x - n ln2. */
    private static float reduce(float x, float n) {
        return fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x));
    }

    /** P(r) for |r| ≤ ln2 / 2. */
    private static float polynomial(float r) {
        return fma(fma(fma(fma(P4, r, P3), r, P2), r, P1), r, P0);
    }

    /** x · y + z, rounded once where the CPU does that in one instruction. */
    private static float fma(float x, float y, float z) {
        return VectorSupport.FMA ? Math.fma(x, y, z) : x * y + z;
    }
}
