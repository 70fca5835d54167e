package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.kernel.Allocation;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.DType;
import handgrad.tensor.RowSoftmax;
import handgrad.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link Softmax} and {@link LogSoftmax}. */
@Tag("no-product")
class SoftmaxLayersTest {
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
        for (int n : new int[] {1, 2, 7, 16, 33, 257, 5000}) {
            for (double spread : new double[] {0.1, 1, 10, 40}) {
                var x = Tensor.randn(random, 20, n).mul(spread);
                var dOut = Tensor.randn(random, 20, n);
                requireSoftmaxWithin(x, dOut);
                requireLogSoftmaxWithin(x, dOut);
            }
        }
    }

    private static void requireSoftmaxWithin(Tensor x, Tensor dOut) {
        int n = x.size(1);
        var y = new Softmax().forward(x);
        var exact = new Softmax().forward(x.to(DType.FLOAT64));
        var dX = Tensor.zeros(20, n);
        RowSoftmax.softmaxBackward(y, dOut, dX);
        var same = Tensor.zeros(DType.FLOAT64, x.shape());
        var wide = dOut.to(DType.FLOAT64);
        RowSoftmax.softmaxBackward(y.to(DType.FLOAT64), wide, same);
        var largest = x.max(1, true);
        var sums = y.to(DType.FLOAT64).mul(wide.abs()).sum(1, true);
        for (int i = 0; i < 20; i++) {
            double most = largest.get(i, 0);
            double sum = sums.get(i, 0);
            for (int at = i * n; at < (i + 1) * n; at++) {
                double relative = most - x.floats()[at] + Math.log(n) + 8 * log2(n) + 7;
                double value = exact.doubles()[at];
                requireClose(y.floats()[at], value, relative * U * value + 0x1p-148);
                double terms = y.floats()[at] * (Math.abs(dOut.floats()[at]) + sum);
                requireClose(dX.floats()[at], same.doubles()[at], (16 * log2(n) + 8) * U * terms + 0x1p-148);
            }
        }
    }

    private static void requireLogSoftmaxWithin(Tensor x, Tensor dOut) {
        int n = x.size(1);
        var y = new LogSoftmax().forward(x);
        var exact = new LogSoftmax().forward(x.to(DType.FLOAT64));
        var dX = Tensor.zeros(20, n);
        RowSoftmax.logSoftmaxBackward(y, dOut, dX);
        var same = Tensor.zeros(DType.FLOAT64, x.shape());
        var wide = dOut.to(DType.FLOAT64);
        RowSoftmax.logSoftmaxBackward(y.to(DType.FLOAT64), wide, same);
        var sums = wide.abs().sum(1, true);
        for (int i = 0; i < 20; i++) {
            double sum = sums.get(i, 0);
            for (int at = i * n; at < (i + 1) * n; at++) {
                double value = exact.doubles()[at];
                requireClose(y.floats()[at], value, (Math.log(n) + 8 * log2(n) + 4 + Math.abs(value)) * U);
                double terms = Math.abs(dOut.floats()[at]) + Math.exp(y.floats()[at]) * sum;
                requireClose(dX.floats()[at], same.doubles()[at], (16 * log2(n) + 8) * U * terms);
            }
        }
    }

    /** Of millions of numbers: what makes the message is done for a wrong one alone. */
    private static void requireClose(double actual, double exact, double bound) {
        if (!(Math.abs(actual - exact) <= bound)) {
            assertThat(actual).isEqualTo(exact, within(bound));
        }
    }

    private static double log2(int n) {
        return Math.log(n) / Math.log(2);
    }

    @Test
    void scores_of_any_size_are_taken() {
        var x = Tensor.of(new float[] {3e38f, -3e38f, 3e38f, -1000, 0, -2000}, 2, 3);
        assertThat(new Softmax().forward(x).floats()).containsExactly(0.5f, 0, 0.5f, 0, 1, 0);
        var log = new LogSoftmax();
        assertThat(log.forward(x).get(1, 0)).isEqualTo(-1000);
        assertThat(log.backward(Tensor.ones(2, 3)).floats()).containsExactly(-0.5f, 1, -0.5f, 1, -2, 1);
    }

    @Test
    void every_number_of_threads_gives_the_same_bits() {
        var x = Tensor.randn(random, 3000, 70);
        var dOut = Tensor.randn(random, 3000, 70);
        for (var layer : List.of(new Softmax(), new LogSoftmax())) {
            Backend.setThreads(1);
            var out = layer.forward(x).copy();
            var dX = layer.backward(dOut).copy();
            Backend.setThreads(4);
            assertThat(layer.forward(x)).isEqualTo(out);
            assertThat(layer.backward(dOut)).isEqualTo(dX);
        }
    }

    @Test
    void a_result_in_an_argument_is_refused() {
        var x = Tensor.ones(2, 3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RowSoftmax.softmax(x, x))
                .withMessage("softmax: out must not share the elements of x");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RowSoftmax.logSoftmaxBackward(Tensor.ones(2, 3), x, x))
                .withMessage("logSoftmaxBackward: dX must not share the elements of dOut");
    }

    @Test
    @Tag("allocation")
    void a_step_in_steady_state_allocates_nothing() {
        assumeTrue(Backend.vectors().contains("float vectors"), "the fallback kernels make small temporary arrays");
        var x = Tensor.randn(random, 5, 27);
        for (var layer : List.of(new Softmax(), new LogSoftmax())) {
            assertThat(Allocation.leastBytes(() -> layer.backward(layer.forward(x))))
                    .isZero();
        }
    }
}
