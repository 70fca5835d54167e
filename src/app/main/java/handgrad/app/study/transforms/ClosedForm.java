package handgrad.app.study.transforms;

/**
 * What theory says of a linear model with a constant and one feature.
 *
 * <p>Of a feature with mean m and variance s², H = [[1, m], [m, m² + s²]] has the eigenvalues λ± = ½ (T ± √(T² - 4s²))
 * with T = 1 + m² + s².
 *
 * @param mean m
 * @param variance s²
 */
record ClosedForm(double mean, double variance) {
    /** Of e^(σz) with z from the standard normal distribution: mean e^(σ²/2), variance (e^σ² - 1) e^σ². */
    static ClosedForm lognormal(double sigma) {
        double square = sigma * sigma;
        return new ClosedForm(Math.exp(square / 2), Math.expm1(square) * Math.exp(square));
    }

    /** (e^σ² + 2) √(e^σ² - 1), the skew of e^(σz). */
    static double lognormalSkew(double sigma) {
        double square = sigma * sigma;
        return (Math.exp(square) + 2) * Math.sqrt(Math.expm1(square));
    }

    /** (1 + |ρ|) / (1 - |ρ|): κ of two standardised features of correlation ρ. */
    static double correlated(double correlation) {
        return (1 + Math.abs(correlation)) / (1 - Math.abs(correlation));
    }

    /** λ+. */
    double largest() {
        double trace = 1 + mean * mean + variance;
        return (trace + Math.sqrt(trace * trace - 4 * variance)) / 2;
    }

    /** The determinant s² over λ+, which loses no digits as the difference would. */
    double smallest() {
        return variance / largest();
    }

    /** κ = λ+ / λ-. */
    double condition() {
        return largest() / smallest();
    }

    /** A linear model on data of exactly this mean and variance, trained: what is found beside what is predicted. */
    Found find(long limit) {
        var design = Design.of(new double[][] {feature()});
        return new Found(
                design.condition(),
                design.predictedSteps(),
                design.descent().steps(design.worstStart(), design.bestStep(), limit));
    }

    /**
     * What is found on data.
     *
     * @param condition κ
     * @param predictedSteps to a millionth of the error
     * @param steps the same found; -1 where the limit came first
     */
    record Found(double condition, long predictedSteps, long steps) {}

    /** The smallest feature of exactly this mean and variance: one value below the mean and one above. */
    double[] feature() {
        double deviation = Math.sqrt(variance);
        return new double[] {mean - deviation, mean + deviation};
    }
}
