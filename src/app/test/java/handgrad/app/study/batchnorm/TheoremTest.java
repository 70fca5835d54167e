package handgrad.app.study.batchnorm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNormOptions;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Theorem 4.1 of Santurkar et al. 2018. For a unit y of m values, z = γ ŷ + β and g the gradient of the loss by z:
 *
 * <pre>
 * ‖∂L/∂y‖² ≤ γ²/σ² (‖g‖² - ⟨1, g⟩²/m - ⟨g, ŷ⟩²/m)
 * </pre>
 *
 * With the biased variance and epsilon 0 it is an equality.
 */
class TheoremTest {
    @ParameterizedTest
    @CsvSource({"2, 3, 1", "32, 10, 2", "1000, 4, 3"})
    void isAnEquality(int m, int units, long seed) {
        var random = TorchRandom.seeded(seed);
        var layer = new BatchNorm1d(units, BatchNormOptions.PYTORCH.withEpsilon(0));
        layer.weight().value().copyFrom(Tensor.randn(random, units));
        layer.bias().value().copyFrom(Tensor.randn(random, units));
        layer.to(DType.FLOAT64);
        var y = Tensor.randn(random, m, units).mul(3).add(1).to(DType.FLOAT64);
        var g = Tensor.randn(random, m, units).to(DType.FLOAT64);
        layer.forward(y);
        var dY = layer.backward(g);
        for (int unit = 0; unit < units; unit++) {
            double[] values = column(y, unit);
            double[] gradient = column(g, unit);
            double mean = sum(m, i -> values[i]) / m;
            double variance = sum(m, i -> (values[i] - mean) * (values[i] - mean)) / m;
            double along = sum(m, i -> gradient[i] * (values[i] - mean) / Math.sqrt(variance));
            double ones = sum(m, i -> gradient[i]);
            double gain = layer.weight().value().get(unit);
            double bound = gain
                    * gain
                    / variance
                    * (sum(m, i -> gradient[i] * gradient[i]) - ones * ones / m - along * along / m);
            double[] result = column(dY, unit);
            double squares = sum(m, i -> result[i] * result[i]);
            // Of two values nothing is left: both sides are 0 up to rounding.
            double scale = gain * gain / variance * sum(m, i -> gradient[i] * gradient[i]);
            assertThat(squares).isCloseTo(bound, within(1e-12 * scale));
        }
    }

    private static double[] column(Tensor x, int unit) {
        double[] column = new double[x.size(0)];
        for (int i = 0; i < column.length; i++) {
            column[i] = x.get(i, unit);
        }
        return column;
    }

    private interface Term {
        double of(int i);
    }

    private static double sum(int m, Term term) {
        double sum = 0;
        for (int i = 0; i < m; i++) {
            sum += term.of(i);
        }
        return sum;
    }
}
