package handgrad.check.registry;

/** The normal distribution by its series and its continued fraction: slow, and right to a few ulp of float64. */
final class NormalDefinition {
    /** Up to here the series, whose sum is far from 1/2; then the fraction, which converges faster from there on. */
    private static final double NEAR = 0.5;

    private static final int DEPTH = 3_000;

    private NormalDefinition() {}

    /** φ(x) = e^(-x²/2) / √(2π), with what x² loses to rounding. */
    static double density(double x) {
        double a = Math.min(Math.abs(x), 100);
        double lost = Math.fma(a, a, -(a * a));
        return Double.isNaN(x) ? x : Math.exp(-a * a / 2) * (1 - lost / 2) / Math.sqrt(2 * Math.PI);
    }

    /**
     * Φ(x). Near 0 it is 1/2 + φ(x) · (x + x³/3 + x⁵/(3 · 5) + …); the tail from a on is φ(a) / (a + 1/(a + 2/(a + 3/(a
     * + …)))).
     */
    static double cdf(double x) {
        double a = Math.abs(x);
        if (!(a > NEAR)) {
            double sum = x;
            double term = x;
            for (int k = 3; k < 60; k += 2) {
                term *= x * x / k;
                sum += term;
            }
            return 0.5 + density(x) * sum;
        }
        double fraction = a;
        for (int k = DEPTH; k > 0; k--) {
            fraction = a + k / fraction;
        }
        double tail = density(a) / fraction;
        return x < 0 ? tail : 1 - tail;
    }
}
