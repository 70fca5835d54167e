package handgrad.app.study.puzzle;

import handgrad.random.TorchRandom;

/** How the numbers of a linear layer are drawn. */
enum StartingWeights {
    /** Weight and bias uniform within ±1/√fanIn, the default of PyTorch's Linear. */
    PYTORCH("PyTorch", false, 3.0 / 8),
    /**
     * Weight normal with variance 2/fanIn, bias zero: He, Zhang, Ren and Sun 2015, https://arxiv.org/abs/1502.01852.
     */
    HE("He", true, 0.5),
    /** Weight normal with variance 2/(fanIn + fanOut), bias zero: Glorot and Bengio 2010. */
    XAVIER("Xavier", true, 0.5),
    /** All zero. */
    ZERO("zero", true, 1),
    /**
     * Randomised asymmetric: weight and bias of a unit normal with deviation 0.6007/√fanIn, then one of them, whichever
     * is drawn, replaced by a number of the Beta(2, 1) distribution, which is positive: Lu, Shin, Su and Karniadakis
     * 2019, https://arxiv.org/abs/1903.06733.
     */
    RANDOMISED_ASYMMETRIC("RAI", false, deadRandomisedAsymmetric());

    private static final double RAI_DEVIATION = 0.6007;

    private final String title;
    private final boolean zeroBias;
    private final double deadUnit;

    StartingWeights(String title, boolean zeroBias, double deadUnit) {
        this.title = title;
        this.zeroBias = zeroBias;
        this.deadUnit = deadUnit;
    }

    String title() {
        return title;
    }

    boolean zeroBias() {
        return zeroBias;
    }

    /** The probability of b ≤ 0 and w + b ≤ 0 for a unit with one input, of weight w and bias b. */
    double deadUnit() {
        return deadUnit;
    }

    /** Draws a layer: the weight (fanIn, fanOut), row-major, and the bias. */
    Layer draw(int fanIn, int fanOut, TorchRandom random) {
        double[] weight = new double[fanIn * fanOut];
        double[] bias = new double[fanOut];
        switch (this) {
            case PYTORCH -> {
                uniform(weight, 1 / Math.sqrt(fanIn), random);
                uniform(bias, 1 / Math.sqrt(fanIn), random);
            }
            case HE -> normal(weight, Math.sqrt(2.0 / fanIn), random);
            case XAVIER -> normal(weight, Math.sqrt(2.0 / (fanIn + fanOut)), random);
            case ZERO -> {}
            case RANDOMISED_ASYMMETRIC -> {
                normal(weight, RAI_DEVIATION / Math.sqrt(fanIn), random);
                normal(bias, RAI_DEVIATION / Math.sqrt(fanIn), random);
                double[] uniform = new double[1];
                for (int unit = 0; unit < fanOut; unit++) {
                    int replaced = random.randint(fanIn + 1);
                    random.rand(uniform);
                    // Beta(2, 1) has the distribution function x², so its numbers are roots of uniform ones.
                    double beta = Math.sqrt(uniform[0]);
                    if (replaced == fanIn) {
                        bias[unit] = beta;
                    } else {
                        weight[replaced * fanOut + unit] = beta;
                    }
                }
            }
        }
        return new Layer(weight, bias);
    }

    /** The numbers of a layer. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Layer(double[] weight, double[] bias) {}

    private static void uniform(double[] out, double bound, TorchRandom random) {
        random.rand(out);
        for (int i = 0; i < out.length; i++) {
            out[i] = bound * (2 * out[i] - 1);
        }
    }

    private static void normal(double[] out, double deviation, TorchRandom random) {
        random.randn(out);
        for (int i = 0; i < out.length; i++) {
            out[i] *= deviation;
        }
    }

    /**
     * With one input the weight is replaced half of the time, and a unit whose bias is replaced is alive. So with σ =
     * 0.6007 it is dead with probability ½ ∫ 2u P(b ≤ -u) du for u from 0 to 1, which by parts is ½ (P(t ≤ -a) + σ² ∫
     * t² φ(t) dt for t from 0 to a), where a = 1/σ, t is standard normal and φ its density.
     */
    private static double deadRandomisedAsymmetric() {
        double a = 1 / 0.6007;
        int intervals = 1000;
        double density = 0;
        double square = 0;
        // Simpson's rule
        for (int i = 0; i <= intervals; i++) {
            double t = a * i / intervals;
            double weight = (i == 0 || i == intervals ? 1 : i % 2 == 1 ? 4 : 2) * a / intervals / 3;
            double phi = Math.exp(-t * t / 2) / Math.sqrt(2 * Math.PI);
            density += weight * phi;
            square += weight * t * t * phi;
        }
        return 0.5 * (0.5 - density + square / (a * a));
    }
}
