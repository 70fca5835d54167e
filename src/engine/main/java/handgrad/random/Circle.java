package handgrad.random;

/**
 * Sine and cosine of angles from 0 to 2π, to an ulp of 1, with the same bits on every machine and without allocating,
 * as {@link StrictMath} does at each call. A multiple of π/2 is taken off in two parts, by Cody and Waite's method;
 * what is left, from -π/4 to π/4, goes into Taylor's series up to x¹⁷, whose rest is below 2e-18.
 */
final class Circle {
    /** The first 33 bits of π/2, so that a small multiple of it is exact, and what they leave out. */
    private static final double QUARTER = 0x1.921fb544p0;

    private static final double QUARTER_REST = 0x1.0b4611a626331p-34;

    /** The factors of x², x⁴, … in cos x. */
    private static final double[] COSINE = {
        -1.0 / 2,
        1.0 / 24,
        -1.0 / 720,
        1.0 / 40_320,
        -1.0 / 3_628_800,
        1.0 / 479_001_600,
        -1.0 / 87_178_291_200L,
        1.0 / 20_922_789_888_000L
    };

    /** The factors of x², x⁴, … in sin x / x. */
    private static final double[] SINE = {
        -1.0 / 6,
        1.0 / 120,
        -1.0 / 5_040,
        1.0 / 362_880,
        -1.0 / 39_916_800,
        1.0 / 6_227_020_800L,
        -1.0 / 1_307_674_368_000L,
        1.0 / 355_687_428_096_000L
    };

    private Circle() {}

    static double sin(double angle) {
        return shifted(angle, 0);
    }

    static double cos(double angle) {
        return shifted(angle, 1);
    }

    /** sin(angle + shift · π/2). */
    private static double shifted(double angle, int shift) {
        long quarters = Math.round(angle / (QUARTER + QUARTER_REST));
        double x = angle - quarters * QUARTER - quarters * QUARTER_REST;
        return switch ((int) (quarters + shift) & 3) {
            case 0 -> x + x * series(SINE, x * x);
            case 1 -> 1 + series(COSINE, x * x);
            case 2 -> -(x + x * series(SINE, x * x));
            default -> -(1 + series(COSINE, x * x));
        };
    }

    /** factors[0] · square + factors[1] · square² + … */
    private static double series(double[] factors, double square) {
        double sum = 0;
        for (int i = factors.length - 1; i >= 0; i--) {
            sum = (sum + factors[i]) * square;
        }
        return sum;
    }
}
