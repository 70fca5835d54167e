package handgrad.app.study.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values and exponents beside those of SciPy 1.17.1. */
class PowerTest {
    @ParameterizedTest
    @CsvSource({"0.001, 0.3, -2.91369153", "7.5, 0.3, 2.76761187", "7.5, 0, 2.01490302", "1, 0.3, 0"})
    void boxCox(double x, double lambda, double expected) {
        assertThat(Power.boxCox(x, lambda, 0, 0)).isCloseTo(expected, within(1e-8));
        assertThat(Power.boxCox(x, lambda + 1e-12, 0, 0)).isCloseTo(expected, within(1e-8));
        assertThat(Power.boxCox(x, lambda, 0.5, 0) + Power.boxCox(Math.exp(0.5), lambda, 0, 0))
                .isCloseTo(expected, within(1e-8));
    }

    @ParameterizedTest
    @CsvSource({
        "-3, 0.3, -5.6212137", "-0.5, 0.3, -0.58370698", "0, 0.3, 0", "2, 0.3, 1.30129723",
        "-3, 2, -1.38629436", "2, 2, 4", "-3, 0, -7.5", "2, 0, 1.09861229"
    })
    void yeoJohnson(double x, double lambda, double expected) {
        assertThat(Power.yeoJohnson(x, lambda, 0, 0)).isCloseTo(expected, within(1e-8));
        assertThat(Power.yeoJohnson(x, lambda, 0.5, 0) + Power.yeoJohnson(Math.expm1(0.5), lambda, 0, 0))
                .isCloseTo(expected, within(1e-8));
    }

    @Test
    void exponentsOfGreatestLikelihood() {
        double[] squares = numbers(20, i -> (i + 1.0) * (i + 1));
        assertThat(Power.fitBoxCox(squares)).isCloseTo(0.36263490, within(1e-6));
        assertThat(Power.fitBoxCox(numbers(20, i -> 1000 + squares[i]))).isCloseTo(-3.2092791, within(1e-5));
        assertThat(Power.fitBoxCox(numbers(20, i -> Math.exp(i / 4.0)))).isCloseTo(0, within(1e-6));
        assertThat(Power.fitYeoJohnson(squares)).isCloseTo(0.35120933, within(1e-6));
        assertThat(Power.fitYeoJohnson(numbers(20, i -> -squares[i]))).isCloseTo(1.64879066, within(1e-6));
        assertThat(Power.fitYeoJohnson(numbers(21, i -> Math.pow(i - 5.0, 3) / 100)))
                .isCloseTo(-0.00048878635, within(1e-6));
    }

    /** Of numbers near 1,000 with the exponent -5, 1e-16 is what matters. */
    @Test
    void anOriginKeepsTheDigits() {
        double slope = (Power.boxCox(1001, -5, Math.log(1000), 0) - Power.boxCox(1000, -5, Math.log(1000), 0)) / 1e-18;
        assertThat(slope).isCloseTo((Math.pow(1000 / 1001.0, 5) - 1) / -5 * 1e3, within(1e-9));
    }

    @Test
    void anExponentDoesNotDependOnTheUnit() {
        double[] squares = numbers(20, i -> (i + 1.0) * (i + 1));
        assertThat(Power.fitBoxCox(numbers(20, i -> 1e9 * squares[i]))).isCloseTo(0.36263490, within(1e-6));
    }

    /** Near λ = 0 the transform is the logarithm, and near x = 0 Yeo-Johnson is x, to every digit. */
    @ParameterizedTest
    @ValueSource(doubles = {0, Double.MIN_VALUE, -1e-300, 1e-30, -1e-17, 1e-16})
    void nothingCancelsNearZero(double lambda) {
        for (double x : new double[] {1e-300, 1e-9, 0.5, 7, 1e300}) {
            double log = Math.log(x);
            assertThat(Power.boxCox(x, lambda, 0, 0))
                    .isCloseTo(log + lambda * log * log / 2, within(4 * Math.ulp(log)));
        }
        for (double x : new double[] {0, Double.MIN_VALUE, 1e-300, -1e-300, 1e-17, -1e-17}) {
            assertThat(Power.yeoJohnson(x, lambda, 0, 0)).isEqualTo(x);
        }
    }

    /** In a unit of its own each transform is finite, and the same but for the unit. */
    @Test
    void aUnitKeepsFromOverflow() {
        for (double lambda : new double[] {-5, -1, 0, 0.5, 5}) {
            for (double magnitude : new double[] {1e-300, 1e-150, 1e-9, 1, 1e9, 1e150, 1e300}) {
                double[] x = {magnitude, 2 * magnitude, 5 * magnitude};
                double[] logs = Arrays.stream(x).map(Math::log).toArray();
                double origin = Power.origin(logs);
                double unit = Power.unitOfBoxCox(logs, lambda, origin);
                double first = Power.boxCox(x[0], lambda, origin, unit);
                double second = Power.boxCox(x[1], lambda, origin, unit);
                double third = Power.boxCox(x[2], lambda, origin, unit);
                double expected = lambda == 0
                        ? Math.log(2) / Math.log(2.5)
                        : (Math.pow(2, lambda) - 1) / (Math.pow(5, lambda) - Math.pow(2, lambda));
                assertThat((second - first) / (third - second)).isCloseTo(expected, within(1e-6 * expected));
                double[] both = {-x[1], -x[0], x[0], x[2]};
                double unitOfBoth = Power.unitOfYeoJohnson(both, lambda, 0);
                for (double value : both) {
                    assertThat(Power.yeoJohnson(value, lambda, 0, unitOfBoth)).isFinite();
                }
            }
        }
    }

    /** Positive numbers near 0 are nearly linear in x + 1, which rounds to 1. */
    @Test
    void exponentsOfTinyAndHugeNumbers() {
        double[] squares = numbers(20, i -> (i + 1.0) * (i + 1));
        for (double unit : new double[] {1e-200, 1e-9, 1e9, 1e200}) {
            assertThat(Power.fitBoxCox(numbers(20, i -> unit * squares[i]))).isCloseTo(0.36263490, within(1e-6));
        }
        assertThat(Power.fitYeoJohnson(numbers(20, i -> 1e200 * squares[i]))).isCloseTo(0.36263490, within(1e-6));
        assertThat(Power.fitYeoJohnson(numbers(20, i -> 1e-12 * squares[i]))).isBetween(-5.0, -4.99);
        assertThat(Power.fitYeoJohnson(numbers(20, i -> (i % 2 * 2 - 1) * 1e200 * squares[i])))
                .isBetween(-5.0, 5.0);
    }

    @Test
    void momentsOfTinyAndHugeNumbers() {
        double[] x = {1, 2, 3, 4, 10};
        var moments = FeatureMoments.of(x);
        assertThat(moments.variance()).isCloseTo(10, within(1e-12));
        for (int exponent : new int[] {-1060, -600, -10, 0, 10, 600, 1020}) {
            var scaled = FeatureMoments.of(numbers(5, i -> Math.scalb(x[i], exponent)));
            assertThat(scaled.mean()).isEqualTo(Math.scalb(moments.mean(), exponent));
            assertThat(scaled.deviation()).isEqualTo(Math.scalb(moments.deviation(), exponent));
            assertThat(scaled.skew()).isEqualTo(moments.skew());
            assertThat(scaled.standardised(Math.scalb(4.0, exponent))).isCloseTo(0, within(1e-12));
        }
        assertThat(FeatureMoments.of(new double[] {-Double.MAX_VALUE, Double.MAX_VALUE})
                        .standardised(-Double.MAX_VALUE))
                .isEqualTo(-1);
        assertThat(FeatureMoments.of(new double[] {Double.MIN_VALUE, Double.MIN_VALUE})
                        .deviation())
                .isZero();
        assertThat(FeatureMoments.correlation(new double[] {1e200, 2e200}, new double[] {1e-200, 2e-200}))
                .isCloseTo(1, within(1e-12));
    }

    private static double[] numbers(int n, IntToDoubleFunction number) {
        return IntStream.range(0, n).mapToDouble(number).toArray();
    }
}
