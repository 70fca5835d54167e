package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import handgrad.kernel.Allocation;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.DType;
import handgrad.tensor.RmsNormalizations;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link RMSNorm}. */
@Tag("no-product")
class RMSNormTest {
    private static final double U = 0x1p-24;

    private final int threads = Backend.threads();
    private final TorchRandom random = TorchRandom.seeded(5);

    @AfterEach
    void restoreThreads() {
        Backend.setThreads(threads);
    }

    /** Against the pass in FLOAT64. */
    @Test
    void errors_are_within_the_stated_bounds() {
        for (int features : new int[] {1, 2, 7, 16, 33, 257, 5000}) {
            for (double scale : new double[] {1e-30, 1e-3, 1, 1e4, 1e30}) {
                for (double offset : new double[] {0, 100}) {
                    var x = Tensor.randn(random, 20, features).add(offset).mul(scale);
                    requireWithin(x, Tensor.randn(random, 20, features));
                }
            }
        }
    }

    private void requireWithin(Tensor x, Tensor dOut) {
        int features = x.size(1);
        var layer = new RMSNorm(features);
        layer.weight().value().copyFrom(Tensor.randn(random, features));
        var out = layer.forward(x).copy();
        var dX = layer.backward(dOut).copy();
        var dWeight = layer.weight().grad().copy();
        layer.to(DType.FLOAT64);
        layer.parameters().forEach(Parameter::zeroGrad);
        var wide = x.to(DType.FLOAT64);
        var exact = layer.forward(wide).copy();
        var exactDX = layer.backward(dOut.to(DType.FLOAT64));
        var exactDWeight = layer.weight().grad();
        var inverse = wide.mul(wide).mean(1, true).add(0x1p-23).pow(-0.5);
        var normalized = wide.mul(inverse);
        var products = dOut.to(DType.FLOAT64).mul(normalized);
        var slopes = products.mul(layer.weight().value()).abs().mean(1, true);
        var sums = products.abs().sum(0);
        for (int i = 0; i < 20; i++) {
            double slope = inverse.get(i, 0) * slopes.get(i, 0);
            for (int at = i * features; at < (i + 1) * features; at++) {
                double value = exact.doubles()[at];
                requireClose(out.floats()[at], value, 2.01 * U * Math.abs(value) + 0x1p-149);
                double gradient = exactDX.doubles()[at];
                double terms = Math.abs(gradient) + slope * Math.abs(normalized.doubles()[at]);
                requireClose(dX.floats()[at], gradient, 2.01 * U * terms + 0x1p-149);
            }
        }
        for (int j = 0; j < features; j++) {
            double bound = (8 * Math.log(20) / Math.log(2) + 3) * U * sums.get(j) + 0x1p-148;
            requireClose(dWeight.get(j), exactDWeight.get(j), bound);
        }
    }

    /** Of millions of numbers: what makes the message is done for a wrong one alone. */
    private static void requireClose(double actual, double exact, double bound) {
        if (!(Math.abs(actual - exact) <= bound)) {
            assertThat(actual).isEqualTo(exact, within(bound));
        }
    }

    @Test
    void rows_of_any_size_are_taken() {
        for (double number : new double[] {3e38, 1e30, -1e30}) {
            var layer = new RMSNorm(4);
            assertThat(layer.forward(Tensor.full(number, 2, 4)).floats()).containsOnly((float) Math.signum(number));
            assertThat(layer.backward(Tensor.ones(2, 4)).floats()).containsOnly(0);
        }
        var layer = new RMSNorm(4);
        float small = (float) (1e-30f / Math.sqrt(0x1p-23));
        assertThat(layer.forward(Tensor.full(1e-30, 2, 4)).floats()).containsOnly(small);
        assertThat(layer.backward(Tensor.ones(2, 4)).floats()).containsOnly((float) (1 / Math.sqrt(0x1p-23)));
        assertThat(new RMSNorm(4, 0).forward(Tensor.full(1e-30, 2, 4)).floats()).containsOnly(1);
        assertThat(new RMSNorm(4, 0).forward(Tensor.full(1e-44, 2, 4)).floats()).containsOnly(1);
    }

    @Test
    void zeros_become_zeros_but_nan_without_epsilon() {
        for (var dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            var layer = new RMSNorm(3);
            layer.to(dtype);
            assertThat(layer.forward(Tensor.zeros(dtype, Tensor.zeros(2, 3).shape()))
                            .abs()
                            .sum()
                            .item())
                    .isZero();
            assertThat(layer.backward(Tensor.ones(2, 3).to(dtype)).get(1, 2))
                    .isEqualTo(Math.sqrt(0x1p23), within(1e-3));
        }
        assertThat(new RMSNorm(3, 0).forward(Tensor.zeros(1, 3)).get(0, 1)).isNaN();
    }

    @Test
    void every_number_of_threads_gives_the_same_bits() {
        for (var dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            var x = Tensor.randn(random, 3000, 70).to(dtype);
            var dOut = Tensor.randn(random, 3000, 70).to(dtype);
            var layer = new RMSNorm(70);
            layer.to(dtype);
            Backend.setThreads(1);
            var out = layer.forward(x).copy();
            var dX = layer.backward(dOut).copy();
            var dWeight = layer.weight().grad().copy();
            layer.weight().zeroGrad();
            Backend.setThreads(4);
            assertThat(layer.forward(x)).isEqualTo(out);
            assertThat(layer.backward(dOut)).isEqualTo(dX);
            assertThat(layer.weight().grad()).isEqualTo(dWeight);
        }
    }

    @Test
    void a_result_in_an_argument_is_refused() {
        var x = Tensor.ones(2, 3);
        var weight = Tensor.ones(3);
        var inverse = Tensor.ones(2, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RmsNormalizations.rmsNorm(x, weight, 0, inverse, x, Tensor.ones(2, 3)))
                .withMessage("rmsNorm: normalized must not share the elements of x");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        RmsNormalizations.rmsNormBackward(Tensor.ones(2, 3), x, weight, inverse, Tensor.zeros(3), x))
                .withMessage("rmsNormBackward: dX must not share the elements of normalized");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RmsNormalizations.rmsNormBackward(
                        x, Tensor.ones(2, 3), weight, inverse, Tensor.zeros(4), Tensor.ones(2, 3)))
                .withMessage("rmsNormBackward: wants 1 x 3 elements, dWeight is (4)");
    }

    @Test
    @Tag("allocation")
    void a_step_in_steady_state_allocates_nothing() {
        var x = Tensor.randn(random, 5, 27);
        var layer = new RMSNorm(27);
        assertThat(Allocation.leastBytes(() -> layer.backward(layer.forward(x))))
                .isZero();
    }
}
