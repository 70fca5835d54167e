package handgrad.check;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.check.result.Verdict;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What rounding inside a function does to a check of it. */
@Tag("no-kernel")
class RoundingVerdictTest {
    private static final int SEEDS = 50;
    private static final int MANY_SEEDS = 200;

    private static Tensor normal(int seed, double scale, int... shape) {
        return Tensor.randn(TorchRandom.seeded(seed), shape).to(DType.FLOAT64).mul(scale);
    }

    private static Tensor map(Tensor x, DoubleUnaryOperator f) {
        return Tensor.of(Arrays.stream(x.doubles()).map(f).toArray(), x.shape().toArray());
    }

    /** x ∘ (1 + tanh x), written so that it cancels far below 0. */
    private static double tail(double x) {
        return x * (1 + Math.tanh(x));
    }

    private static double derivative(double x) {
        double t = Math.tanh(x);
        return 1 + t + x * (1 - t * t);
    }

    /** The sum of the columns, far below 0: sums of rows whose softmax has no gradient along them. */
    private static Tensor far(Tensor x) {
        return x.sub(x.exp().sum(1, true).log()).sum(0, true).sub(3);
    }

    private static Verdict ofTail(int seed, double factor) {
        TensorGradient backward = (d, x) -> {
            var dFar = d.mul(map(far(x[0]), RoundingVerdictTest::derivative)).mul(factor);
            var softmax = x[0].exp().div(x[0].exp().sum(1, true));
            return new Tensor[] {dFar.sub(softmax.mul(dFar.sum(1, true)))};
        };
        return GradientCheck.of(x -> map(far(x[0]), RoundingVerdictTest::tail), backward)
                .input(normal(seed, 0.1, 3, 5))
                .seed(seed)
                .run()
                .verdict();
    }

    @Test
    void a_function_that_cancels_in_its_tail_is_not_called_wrong() {
        assertTail(SEEDS);
    }

    @Test
    @Tag("long")
    void nor_is_it_with_many_seeds() {
        assertTail(MANY_SEEDS);
    }

    private static void assertTail(int seeds) {
        assertThat(IntStream.range(0, seeds).mapToObj(seed -> ofTail(seed, 1))).doesNotContain(Verdict.WRONG);
        assertThat(IntStream.range(0, seeds).mapToObj(seed -> ofTail(seed, 1.1)))
                .doesNotContain(Verdict.RIGHT);
    }

    private static Verdict ofMaximum(int seed, double factor) {
        TensorGradient backward = (d, x) -> {
            var largest = x[0].max(1, true);
            var isLargest = map(x[0].sub(largest), v -> v == 0 ? 1 : 0);
            return new Tensor[] {d.sub(isLargest.mul(d.sum(1, true)).mul(factor))};
        };
        return GradientCheck.of(x -> x[0].sub(x[0].max(1, true)).add(2.25), backward)
                .input(normal(seed, 1e-5, 3, 4))
                .seed(seed)
                .run()
                .verdict();
    }

    @Test
    void an_output_that_stands_still_beside_a_bend_is_checked() {
        assertMaximum(SEEDS);
    }

    @Test
    @Tag("long")
    void so_it_is_with_many_seeds() {
        assertMaximum(MANY_SEEDS);
    }

    private static void assertMaximum(int seeds) {
        var right =
                IntStream.range(0, seeds).mapToObj(seed -> ofMaximum(seed, 1)).toList();
        assertThat(right).doesNotContain(Verdict.WRONG);
        assertThat(right.stream()
                        .filter(verdict -> verdict == Verdict.UNCHECKED)
                        .count())
                .isLessThanOrEqualTo(seeds / 100);
        assertThat(IntStream.range(0, seeds).mapToObj(seed -> ofMaximum(seed, 1.001)))
                .containsOnly(Verdict.WRONG);
    }
}
