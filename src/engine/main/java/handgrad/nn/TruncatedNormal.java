package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;

/**
 * {@link Initialization#truncatedNormal}, drawn as PyTorch draws it, by the inverse of the distribution function: a
 * uniform number y from -erf(z) to erf(z), where z = limit / (√2 deviation), gives √2 deviation erf⁻¹(y).
 */
record TruncatedNormal(double deviation, double limit) implements Initialization {
    private static final double SQRT_2 = Math.sqrt(2);
    private static final double SLOPE_AT_0 = 2 / Math.sqrt(Math.PI);

    /** From here on erf is 1 in float64. */
    private static final double LARGE = 6;

    /** Of the approximation of erf⁻¹ by Winitzki 2008, which is right to 0.002 of itself. */
    private static final double WINITZKI = 0.147;

    /** Each squares the relative error. */
    private static final int NEWTON_STEPS = 3;

    TruncatedNormal {
        requirePositive("deviation", deviation);
        requirePositive("limit", limit);
    }

    private static void requirePositive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    "truncatedNormal: the " + name + " must be more than 0 and finite, it is " + value);
        }
    }

    @Override
    public Tensor weight(int fanIn, int fanOut, TorchRandom random, int... sizes) {
        var weight = UniformWeights.draw(erf(limit / (SQRT_2 * deviation)), random, sizes);
        float[] elements = weight.floats();
        float scale = (float) (SQRT_2 * deviation);
        float most = (float) limit;
        for (int i = 0; i < elements.length; i++) {
            elements[i] = Math.clamp((float) inverseErf(elements[i]) * scale, -most, most);
        }
        return weight;
    }

    /** The error function for x of at least 0: 2/√π · e^(-x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1 · 3 · … · (2n + 1)), all above 0. */
    private static double erf(double x) {
        if (x >= LARGE) {
            return 1;
        }
        double term = x;
        double sum = x;
        for (int n = 1; sum + term != sum; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return SLOPE_AT_0 * StrictMath.exp(-x * x) * sum;
    }

    /** The inverse of erf for y from -1, where it is -∞, to 1. */
    private static double inverseErf(double y) {
        double target = Math.abs(y);
        if (target >= 1) {
            return Math.copySign(Double.POSITIVE_INFINITY, y);
        }
        double logarithm = StrictMath.log1p(-target * target);
        double half = 2 / (Math.PI * WINITZKI) + logarithm / 2;
        double x = Math.sqrt(Math.max(0, Math.sqrt(half * half - logarithm / WINITZKI) - half));
        for (int step = 0; step < NEWTON_STEPS; step++) {
            x -= (erf(x) - target) / (SLOPE_AT_0 * StrictMath.exp(-x * x));
        }
        return Math.copySign(x, y);
    }
}
