package handgrad.app.study.transforms;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.hipparchus.optim.MaxEval;
import org.hipparchus.optim.nonlinear.scalar.GoalType;
import org.hipparchus.optim.univariate.BrentOptimizer;
import org.hipparchus.optim.univariate.SearchInterval;
import org.hipparchus.optim.univariate.UnivariateObjectiveFunction;

/**
 * The two families of power transforms, and their exponent of greatest likelihood: the one for which the transformed
 * numbers look most like draws from one normal distribution.
 *
 * <p>Box and Cox, An analysis of transformations (1964); Yeo and Johnson, A new family of power transformations to
 * improve normality or symmetry (2000). With the mean and the variance σ̂² of the transformed numbers put in, what is
 * left of the log-likelihood is -(n/2) ln σ̂² + Σ ln(derivative of the transform).
 */
final class Power {
    /** Where the exponent is looked for. Beyond it a power is no plausible scale, and float64 has too few digits. */
    static final double LARGEST_EXPONENT = 5;

    private Power() {}

    /**
     * (x^λ - 1) / λ, and ln x at λ = 0, less what that is at e^origin; x is positive. With an origin of 0 that is the
     * transform itself; with one amid the logarithms of the data, numbers far from 1 keep their digits.
     */
    static double boxCox(double x, double lambda, double origin) {
        return power(Math.log(x), lambda, origin);
    }

    /**
     * For x ≥ 0 the Box-Cox transform of x + 1; for x < 0 minus that of 1 - x with the exponent 2 - λ. Any x will do.
     * The origin is that of x + 1.
     */
    static double yeoJohnson(double x, double lambda, double origin) {
        return x >= 0
                ? power(Math.log1p(x), lambda, origin)
                : -power(Math.log1p(-x), 2 - lambda, 0) - power(origin, lambda, 0);
    }

    /** (e^(λ·log) - e^(λ·origin)) / λ, without loss of digits near λ = 0 or the origin. */
    private static double power(double log, double lambda, double origin) {
        double distance = log - origin;
        return lambda == 0 ? distance : Math.exp(lambda * origin) * Math.expm1(lambda * distance) / lambda;
    }

    /** The mean of the logarithms of what a power is applied to: x, or for Yeo-Johnson x + 1 of the x ≥ 0. */
    static double origin(double[] logs) {
        return Arrays.stream(logs).average().orElse(0);
    }

    /**
     * The Box-Cox exponent of greatest likelihood. The numbers are divided by their geometric mean first: that changes
     * the likelihood by a constant, and keeps a variance from vanishing beside a mean.
     */
    static double fitBoxCox(double[] x) {
        double[] logs = Arrays.stream(x).map(Math::log).toArray();
        double mean = origin(logs);
        return maximum(lambda -> -0.5
                * Math.log(FeatureMoments.of(Arrays.stream(logs)
                                .map(log -> power(log - mean, lambda, 0))
                                .toArray())
                        .variance()));
    }

    /** The Yeo-Johnson exponent of greatest likelihood; of numbers of one sign it is a Box-Cox exponent. */
    static double fitYeoJohnson(double[] x) {
        if (Arrays.stream(x).allMatch(value -> value >= 0)) {
            return fitBoxCox(Arrays.stream(x).map(value -> value + 1).toArray());
        }
        if (Arrays.stream(x).allMatch(value -> value < 0)) {
            return 2 - fitBoxCox(Arrays.stream(x).map(value -> 1 - value).toArray());
        }
        double signedLogs = Arrays.stream(x)
                .map(value -> Math.signum(value) * Math.log1p(Math.abs(value)))
                .average()
                .orElseThrow();
        return maximum(lambda -> (lambda - 1) * signedLogs
                - 0.5
                        * Math.log(FeatureMoments.of(Arrays.stream(x)
                                        .map(value -> yeoJohnson(value, lambda, 0))
                                        .toArray())
                                .variance()));
    }

    /** Where a function has its maximum, by Brent's method. */
    private static double maximum(DoubleUnaryOperator logLikelihood) {
        return new BrentOptimizer(1e-9, 1e-9)
                .optimize(
                        new MaxEval(1_000),
                        GoalType.MAXIMIZE,
                        new SearchInterval(-LARGEST_EXPONENT, LARGEST_EXPONENT),
                        new UnivariateObjectiveFunction(logLikelihood::applyAsDouble))
                .getPoint();
    }
}
