package handgrad.app.study.puzzle;

/**
 * The interval of a share with a confidence of 95 %, by E. B. Wilson, "Probable inference, the law of succession, and
 * statistical inference", Journal of the American Statistical Association 22 (1927): all p whose distance to the share
 * that was seen is at most z standard deviations √(p(1 − p)/n). It holds for shares of 0 and 1 as well, where the
 * interval around the share itself has no width.
 *
 * @param low its lower end
 * @param high its upper end
 */
record Interval(double low, double high) {
    /** The two-sided 95 % point of the normal distribution. */
    private static final double Z = 1.959963984540054;

    /** The interval where {@code successes} of {@code n} trials were seen. */
    static Interval of(long successes, long n) {
        if (n < 1 || successes < 0 || successes > n) {
            throw new IllegalArgumentException("Interval: " + successes + " of " + n + " trials");
        }
        double share = (double) successes / n;
        double square = Z * Z / n;
        double centre = (share + square / 2) / (1 + square);
        double half = Z / (1 + square) * Math.sqrt((share * (1 - share) + square / 4) / n);
        return new Interval(successes == 0 ? 0 : centre - half, successes == n ? 1 : centre + half);
    }

    boolean contains(double share) {
        return low <= share && share <= high;
    }
}
