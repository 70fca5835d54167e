package handgrad.kernel;

/**
 * The normal distribution in float64, to 3 ulp also where it is tiny. As {@link ScalarMath} does it for float: the tail
 * is e^(-a²/2) t C(t) with t = 1 / (1 + 3a/8), for a from 0 to 40, beyond which it is 0. C is a series of Chebyshev
 * polynomials, whose coefficients are sums over 64 points in 50-digit arithmetic; those left out are below 4e-19.
 */
final class NormalDistribution {
    /** 1 / √(2π). */
    static final double DENSITY_AT_0 = 0.3989422804014327;

    private static final double FAR = 40;
    private static final double SCALE = 0.375;

    /** t = 1 / (1 + SCALE · a) is from 1 / 16 to 1; as z = (t - MIDDLE) / RADIUS it is from -1 to 1. */
    private static final double MIDDLE = 17.0 / 32;

    private static final double RADIUS = 15.0 / 32;

    private static final double[] SERIES = {
        0.30501518028999175,
        0.1701114208334399,
        0.025232609166395803,
        0.0001644063352320817,
        -0.0005244653234872164,
        -1.4335355941410599e-05,
        1.5910055010751547e-05,
        -2.3080326413243774e-07,
        -5.697761845887637e-07,
        6.231477652991466e-08,
        1.719521885763159e-08,
        -5.088028672675872e-09,
        -6.001810269701438e-11,
        2.635429465310701e-10,
        -4.4042286950852856e-11,
        -5.7645144806353495e-12,
        3.644234206212892e-12,
        -4.560836655074842e-13,
        -1.1311745025179499e-13,
        5.482994163284439e-14,
        -6.4844799329158816e-15,
        -1.8606591119931217e-15,
        9.221046023149974e-16,
        -1.280348508079705e-16,
        -2.712008363457033e-17,
        1.6842480895323924e-17,
        -3.0844324251659978e-18
    };

    private NormalDistribution() {}

    /** The distribution function Φ. Φ(-∞) = 0, Φ(∞) = 1, Φ(NaN) = NaN. */
    static double cdf(double x) {
        double a = Math.min(Math.abs(x), FAR);
        double t = 1 / (1 + SCALE * a);
        double square = a * a;
        double lost = Math.fma(a, a, -square);
        double tail = StrictMath.exp(-0.5 * square) * (1 - 0.5 * lost) * t * series((t - MIDDLE) / RADIUS);
        return x < 0 ? tail : 1 - tail;
    }

    /** Σ SERIES[k] Tₖ(z), by Clenshaw's recurrence. */
    private static double series(double z) {
        double b1 = 0;
        double b2 = 0;
        for (int k = SERIES.length - 1; k > 0; k--) {
            double b = 2 * z * b1 - b2 + SERIES[k];
            b2 = b1;
            b1 = b;
        }
        return z * b1 - b2 + SERIES[0];
    }
}
