package handgrad.random;

/** Draws without replacement: of all indices, each with an exponential number q, the largest p / q wins. */
final class ExponentialRace {
    /** The exponent of 2⁻¹⁶⁰ in a score: the least quotient is 1.4e-45 / 37, about 2⁻¹⁵⁴. */
    private static final long OFFSET = (1023L - 160) << 23;

    private ExponentialRace() {}

    /**
     * p / q by its place among all such quotients, below 2³²: 0 for p = 0, and otherwise as many bits of the quotient
     * as a float has, but a wider exponent, since p may be subnormal and p / q beyond the largest float.
     */
    static long score(float p, float q) {
        if (p == 0) {
            return 0;
        }
        long quotient = Double.doubleToRawLongBits(Math.min((double) p / q, 0x1p300));
        return ((quotient + (1L << 28)) >>> 29) - OFFSET;
    }
}
