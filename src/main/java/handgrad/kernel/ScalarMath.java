package handgrad.kernel;

/**
 * exp, tanh and log for float, one value at a time: the polynomials of {@link VectorMath}, operation for operation, so
 * that a loop's vector part and its scalar tail give the same bits.
 *
 * <p>The JDK's own functions are not used because the vector ones differ between platforms and the scalar ones compute in
 * double. Multiplication and addition are never fused, so every machine gives the same bits.
 *
 * <p><b>exp.</b> x = n ln2 + r with n = round(x / ln2), |r| ≤ ln2 / 2, and exp(x) = 2^n exp(r). ln2 is cut into a high
 * part of 9 bits, whose product with n is exact, and the rest (Cody and Waite). exp(r) - 1 = r + r² P(r). The power of
 * two is multiplied in as two halves, so that results underflow gradually and overflow to infinity.
 *
 * <p><b>tanh.</b> Below |x| = 0.625 an odd polynomial x + x³ R(x²), which keeps the relative accuracy near 0; above it
 * sign(x) (1 - 2 / (exp(2|x|) + 1)), with the reduction of exp.
 *
 * <p><b>log.</b> x = 2^k (1 + f) with 1 + f in [√½, √2), and log(x) = k ln2 + f - f²/2 + f³ Q(f). A subnormal x is first
 * scaled by 2^25.
 *
 * <p>P, Q and R are minimax polynomials, found with the Remez algorithm in 50-digit arithmetic and rounded to float one
 * coefficient at a time, lowest power first, refitting the others. The largest errors over all floats, measured against the
 * double functions of {@link Math}: exp 1.03 ulp, tanh 1.20 ulp, log 0.83 ulp. {@code ScalarMathTest} repeats this over a
 * dense sample.
 */
final class ScalarMath {
    static final float LOG2_E = 1.4426950f;
    /** ln2 = LN2_HIGH + LN2_LOW. */
    static final float LN2_HIGH = 355f / 512f;

    static final float LN2_LOW = -2.1219444e-4f;

    /** Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits of the sum. */
    static final float ROUNDER = 12582912f;

    static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

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
        float shifted = clamped * LOG2_E + ROUNDER;
        float power = expm1(reduce(clamped, shifted - ROUNDER)) + 1f;
        int n = Float.floatToRawIntBits(shifted) - ROUNDER_BITS;
        int half = n >> 1;
        return power * powerOfTwo(half) * powerOfTwo(n - half);
    }

    /** Hyperbolic tangent. tanh(±0) = ±0, tanh(±∞) = ±1, tanh(NaN) = NaN. */
    static float tanh(float x) {
        float magnitude = Math.abs(x);
        float z = x * x;
        float odd = (((R4 * z + R3) * z + R2) * z + R1) * z + R0;
        float small = magnitude * (z * odd) + magnitude;
        float clamped = magnitude > TANH_MAX ? TANH_MAX : magnitude;
        float twice = clamped + clamped;
        float shifted = twice * LOG2_E + ROUNDER;
        float scale = powerOfTwo(Float.floatToRawIntBits(shifted) - ROUNDER_BITS);
        float large = -2f / (scale * expm1(reduce(twice, shifted - ROUNDER)) + (scale + 1f)) + 1f;
        return Math.copySign(magnitude < TANH_SMALL ? small : large, x);
    }

    /** Natural logarithm. log(±0) = -∞, log(∞) = ∞, and NaN for NaN and numbers below 0. */
    static float log(float x) {
        boolean subnormal = x < Float.MIN_NORMAL;
        int bits = Float.floatToRawIntBits(subnormal ? x * TWO_TO_25 : x) + (ONE - SQRT_HALF);
        float k = (bits >> MANTISSA_BITS) - (subnormal ? 127 + 25 : 127);
        float f = Float.intBitsToFloat((bits & MANTISSA) + SQRT_HALF) - 1f;
        float q = (((Q8 * f + Q7) * f + Q6) * f + Q5) * f + Q4;
        q = (((q * f + Q3) * f + Q2) * f + Q1) * f + Q0;
        float square = f * f;
        float tail = square * f * q + k * LN2_LOW - square * 0.5f;
        float result = f + tail + k * LN2_HIGH;
        if (x > 0f) {
            return x == Float.POSITIVE_INFINITY ? x : result;
        }
        return x == 0f ? Float.NEGATIVE_INFINITY : Float.NaN;
    }

    /** x - n ln2. */
    private static float reduce(float x, float n) {
        return x - n * LN2_HIGH - n * LN2_LOW;
    }

    /** exp(r) - 1 for |r| ≤ ln2 / 2. */
    private static float expm1(float r) {
        float p = (((P4 * r + P3) * r + P2) * r + P1) * r + P0;
        return r * r * p + r;
    }

    /** 2^n for -126 ≤ n ≤ 127. */
    private static float powerOfTwo(int n) {
        return Float.intBitsToFloat((n << MANTISSA_BITS) + ONE);
    }
}
