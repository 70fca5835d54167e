package handgrad.app.study.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values and exponents beside those of SciPy 1.17.1. */
class PowerTest {
    @ParameterizedTest
    @CsvSource({"0.001, 0.3, -2.91369153", "7.5, 0.3, 2.76761187", "7.5, 0, 2.01490302", "1, 0.3, 0"})
    void boxCox(double x, double lambda, double expected) {
        assertThat(Power.boxCox(x, lambda, 0)).isCloseTo(expected, within(1e-8));
        assertThat(Power.boxCox(x, lambda + 1e-12, 0)).isCloseTo(expected, within(1e-8));
        assertThat(Power.boxCox(x, lambda, 0.5) + Power.boxCox(Math.exp(0.5), lambda, 0))
                .isCloseTo(expected, within(1e-8));
    }

    @ParameterizedTest
    @CsvSource({
        "-3, 0.3, -5.6212137", "-0.5, 0.3, -0.58370698", "0, 0.3, 0", "2, 0.3, 1.30129723",
        "-3, 2, -1.38629436", "2, 2, 4", "-3, 0, -7.5", "2, 0, 1.09861229"
    })
    void yeoJohnson(double x, double lambda, double expected) {
        assertThat(Power.yeoJohnson(x, lambda, 0)).isCloseTo(expected, within(1e-8));
        assertThat(Power.yeoJohnson(x, lambda, 0.5) + Power.yeoJohnson(Math.expm1(0.5), lambda, 0))
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
        double slope = (Power.boxCox(1001, -5, Math.log(1000)) - Power.boxCox(1000, -5, Math.log(1000))) / 1e-18;
        assertThat(slope).isCloseTo((Math.pow(1000 / 1001.0, 5) - 1) / -5 * 1e3, within(1e-9));
    }

    @Test
    void anExponentDoesNotDependOnTheUnit() {
        double[] squares = numbers(20, i -> (i + 1.0) * (i + 1));
        assertThat(Power.fitBoxCox(numbers(20, i -> 1e9 * squares[i]))).isCloseTo(0.36263490, within(1e-6));
    }

    private static double[] numbers(int n, IntToDoubleFunction number) {
        return IntStream.range(0, n).mapToDouble(number).toArray();
    }
}
