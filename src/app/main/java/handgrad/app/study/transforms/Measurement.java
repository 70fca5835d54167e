package handgrad.app.study.transforms;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A linear model on features that a transform has changed: how well it can fit, and how hard it is to find by gradient
 * descent. Everything is fitted on the training rows.
 *
 * @param skews of each transformed feature
 * @param exponents of a power transform, for each feature; else empty
 * @param eigenvalues of XᵀX / n, the largest first
 * @param predictedSteps to a millionth of the error from the worst start, at the best step size
 * @param steps the same found; -1 where the limit came first
 * @param largestStep the largest stable step size predicted, 2 / λmax
 * @param largestStepFound the same found by bisection
 * @param r2 on the test rows: the share of the target's variance that is predicted
 * @param largestLeverage of a training row
 * @param residualSkew of what the model leaves of the target on the training rows
 * @param curve the error from weights of zero, until it is a millionth or the limit comes first
 * @param before the share of the rows in each bin of {@link #HISTOGRAM}: the feature that is most skewed, standardised
 * @param after the same of this feature transformed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Measurement(
        double[] skews,
        double[] exponents,
        double[] eigenvalues,
        long predictedSteps,
        long steps,
        double largestStep,
        double largestStepFound,
        double r2,
        double largestLeverage,
        double residualSkew,
        List<Point> curve,
        double[] before,
        double[] after) {
    /** Where a histogram begins, in deviations from the mean. */
    static final double HISTOGRAM = -4;

    /** The width of a bin. */
    static final double BIN = 0.25;

    /** What lies beyond the last bin is counted in it. */
    private static final int BINS = 48;

    /** A point of the curve is this many times as many steps after the one before, once steps are many. */
    private static final double SPACING = 1.1;

    /** The error after so many steps, as a share of that at the start. */
    record Point(long step, double error) {}

    /**
     * Measures a model.
     *
     * @param limit when gradient descent is given up
     */
    static Measurement of(Transform transform, Observations.Split split, long limit) {
        var train = split.train();
        var fitted = transform.fit(train.columns());
        double[][] columns = fitted.apply(train.columns());
        var design = Design.of(columns);
        double[] weights = design.fit(train.y());
        var toZero = design.descent();
        var toTarget = design.descent(train.y());
        int shown = mostSkewed(train.columns());
        return new Measurement(
                Arrays.stream(columns)
                        .mapToDouble(column -> FeatureMoments.of(column).skew())
                        .toArray(),
                transform.exponents(train.columns()),
                design.eigenvalues(),
                design.predictedSteps(),
                toZero.steps(design.worstStart(), design.bestStep(), limit),
                design.largestStableStep(),
                toZero.largestStableStep(design.worstStart()),
                r2(fitted.apply(split.test().columns()), weights, split.test().y()),
                design.largestLeverage(),
                FeatureMoments.of(residuals(columns, weights, train.y())).skew(),
                curve(toTarget, design, limit),
                histogram(train.columns()[shown]),
                histogram(columns[shown]));
    }

    /** The steps to a millionth of the error from weights of zero; -1 where the limit came first. */
    long stepsFromZero() {
        var last = curve.getLast();
        return last.error() <= GradientDescent.TARGET ? last.step() : -1;
    }

    /** κ. */
    double condition() {
        return eigenvalues[0] / eigenvalues[eigenvalues.length - 1];
    }

    /** Which feature has the largest skew in size. */
    static int mostSkewed(double[][] columns) {
        int most = 0;
        for (int j = 1; j < columns.length; j++) {
            if (Math.abs(FeatureMoments.of(columns[j]).skew())
                    > Math.abs(FeatureMoments.of(columns[most]).skew())) {
                most = j;
            }
        }
        return most;
    }

    private static double[] residuals(double[][] columns, double[] weights, double[] y) {
        double[] predicted = Design.matrix(columns).operate(weights);
        double[] residuals = new double[y.length];
        Arrays.setAll(residuals, i -> y[i] - predicted[i]);
        return residuals;
    }

    /** 1 - Σ residual² / Σ (y - mean)². */
    private static double r2(double[][] columns, double[] weights, double[] y) {
        double deviation = FeatureMoments.of(y).deviation();
        double left = Arrays.stream(residuals(columns, weights, y))
                .map(value -> value / deviation * (value / deviation))
                .sum();
        return 1 - left / y.length;
    }

    private static List<Point> curve(GradientDescent descent, Design design, long limit) {
        var points = new ArrayList<Point>();
        long[] next = {0};
        descent.run(design.zeroStart(), design.bestStep(), (step, error, _) -> {
            if (step == next[0] || error <= GradientDescent.TARGET) {
                points.add(new Point(step, error));
                next[0] = Math.max(step + 1, Math.round(SPACING * step));
            }
            return error > GradientDescent.TARGET && step < limit;
        });
        return points;
    }

    private static double[] histogram(double[] values) {
        var moments = FeatureMoments.of(values);
        double[] shares = new double[BINS];
        for (double value : values) {
            double deviations = moments.standardised(value);
            int bin = (int) Math.floor((deviations - HISTOGRAM) / BIN);
            shares[Math.clamp(bin, 0, BINS - 1)] += 1.0 / values.length;
        }
        return shares;
    }
}
