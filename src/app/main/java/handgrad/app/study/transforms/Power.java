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

    /** The power of e above which the 1 in e^x - 1 is nothing, and whose square is far from overflow. */
    private static final double LARGE = 100;

    private Power() {}

    /**
     * (x^λ - 1) / λ, and ln x at λ = 0, less what that is at e^origin; x is positive. With an origin of 0 that is the
     * transform itself; with one amid the logarithms of the data, numbers far from 1 keep their digits.
     *
     * @param unit the logarithm of what the result is divided by, so that it is no infinity or 0; 0 for nothing
     */
    static double boxCox(double x, double lambda, double origin, double unit) {
        return power(Math.log(x) - origin, lambda, unit - lambda * origin);
    }

    /**
     * For x ≥ 0 the Box-Cox transform of x + 1; for x < 0 minus that of 1 - x with the exponent 2 - λ. Any x will do.
     * The origin is that of x + 1.
     */
    static double yeoJohnson(double x, double lambda, double origin, double unit) {
        return x >= 0
                ? power(Math.log1p(x) - origin, lambda, unit - lambda * origin)
                : -power(Math.log1p(-x), 2 - lambda, unit) - power(origin, lambda, unit);
    }

    /** (e^(λ·log) - 1) / λ / e^unit, without loss of digits near λ = 0 or log = 0; infinite only where that is. */
    private static double power(double log, double lambda, double unit) {
        double exponent = lambda * log;
        if (Math.abs(exponent) < Math.ulp(0.5)) {
            return log * Math.exp(-unit);
        }
        return exponent > LARGE ? Math.exp(exponent - unit) / lambda : Math.exp(-unit) * Math.expm1(exponent) / lambda;
    }

    /** A unit for the Box-Cox transform of numbers with these logarithms: that of e^origin, or more for large ones. */
    static double unitOfBoxCox(double[] logs, double lambda, double origin) {
        double largest =
                Arrays.stream(logs).map(log -> lambda * (log - origin)).max().orElse(0);
        return lambda * origin + Math.max(0, largest - LARGE);
    }

    /** A unit for the Yeo-Johnson transform of numbers; that of the Box-Cox transform where none is negative. */
    static double unitOfYeoJohnson(double[] x, double lambda, double origin) {
        if (Arrays.stream(x).allMatch(value -> value >= 0)) {
            return unitOfBoxCox(Arrays.stream(x).map(Math::log1p).toArray(), lambda, origin);
        }
        double largest = Arrays.stream(x)
                .map(value -> value >= 0 ? lambda * Math.log1p(value) : (2 - lambda) * Math.log1p(-value))
                .max()
                .orElse(0);
        return Math.max(0, largest - LARGE);
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
        return fit(Arrays.stream(x).map(Math::log).toArray());
    }

    /** The Box-Cox exponent of numbers with these logarithms. */
    private static double fit(double[] logs) {
        double mean = origin(logs);
        return maximum(lambda -> {
            double unit = unitOfBoxCox(logs, lambda, mean) - lambda * mean;
            return -logDeviation(logs, log -> power(log - mean, lambda, unit), unit);
        });
    }

    /** The Yeo-Johnson exponent of greatest likelihood; of numbers of one sign it is a Box-Cox exponent. */
    static double fitYeoJohnson(double[] x) {
        if (Arrays.stream(x).allMatch(value -> value >= 0)) {
            return fit(Arrays.stream(x).map(Math::log1p).toArray());
        }
        if (Arrays.stream(x).allMatch(value -> value < 0)) {
            return 2 - fit(Arrays.stream(x).map(value -> Math.log1p(-value)).toArray());
        }
        double signedLogs = Arrays.stream(x)
                .map(value -> Math.signum(value) * Math.log1p(Math.abs(value)))
                .average()
                .orElseThrow();
        return maximum(lambda -> {
            double unit = unitOfYeoJohnson(x, lambda, 0);
            return (lambda - 1) * signedLogs - logDeviation(x, value -> yeoJohnson(value, lambda, 0, unit), unit);
        });
    }

    /** ln σ̂ of numbers that a transform gives in a unit. */
    private static double logDeviation(double[] x, DoubleUnaryOperator transform, double unit) {
        double[] transformed = Arrays.stream(x).map(transform).toArray();
        return Math.log(FeatureMoments.of(transformed).deviation()) + unit;
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
