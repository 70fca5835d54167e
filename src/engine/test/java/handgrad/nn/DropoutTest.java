package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.kernel.Allocation;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutTest {
    private final int threads = Backend.threads();
    private final TorchRandom random = TorchRandom.seeded(5);

    @AfterEach
    void restoreThreads() {
        Backend.setThreads(threads);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5, 0.9})
    void leaves_out_its_share_and_keeps_the_mean(double p) {
        int n = 40_000;
        var out = new Dropout(p, random).forward(Tensor.ones(n));
        int zeros = 0;
        for (float y : out.floats()) {
            zeros += y == 0 ? 1 : 0;
            assertThat(y).isIn(0f, (float) (1 / (1 - p)));
        }
        // Five standard deviations of the binomial distribution.
        assertThat((double) zeros).isCloseTo(p * n, within(5 * Math.sqrt(n * p * (1 - p))));
    }

    @Test
    void each_forward_pass_draws_another_mask_and_backward_takes_that_of_the_last() {
        var dropout = new Dropout(0.5, random);
        var ones = Tensor.ones(50);
        var first = dropout.forward(ones).copy();
        var second = dropout.forward(ones).copy();
        assertThat(second).isNotEqualTo(first);
        assertThat(dropout.backward(ones)).isEqualTo(second);
        assertThat(dropout.backward(ones)).isEqualTo(second);
        dropout.train(false);
        assertThat(dropout.backward(ones)).isEqualTo(second);
    }

    @Test
    void evaluation_and_p_of_0_pass_on_and_draw_nothing() {
        var state = random.state();
        var evaluated = new Dropout(0.5, random);
        evaluated.train(false);
        for (var dropout : new Dropout[] {evaluated, new Dropout(0, random)}) {
            var x = Tensor.of(new float[] {1, -2, Float.NaN}, 3);
            assertThat(dropout.forward(x)).isSameAs(x);
            assertThat(dropout.backward(x)).isSameAs(x);
        }
        assertThat(random.state()).isEqualTo(state);
    }

    @Test
    void p_of_1_leaves_nothing_and_draws_nothing() {
        var state = random.state();
        var dropout = new Dropout(1, random);
        assertThat(dropout.forward(Tensor.of(new float[] {1, 2, 3}, 3)).floats())
                .containsExactly(0, 0, 0);
        assertThat(dropout.backward(Tensor.ones(3)).floats()).containsExactly(0, 0, 0);
        assertThat(random.state()).isEqualTo(state);
    }

    @Test
    void types_and_numbers_of_threads_draw_one_mask() {
        var x = Tensor.rand(random, 300, 1000).add(1);
        Backend.setThreads(1);
        var one = new Dropout(0.25, TorchRandom.seeded(3)).forward(x);
        Backend.setThreads(4);
        var four = new Dropout(0.25, TorchRandom.seeded(3)).forward(x);
        assertThat(four).isEqualTo(one);
        var exact = new Dropout(0.25, TorchRandom.seeded(3)).forward(x.to(DType.FLOAT64));
        for (int i = 0; i < 300_000; i++) {
            if ((exact.getFlat(i) == 0) != (one.getFlat(i) == 0)) {
                assertThat(one.getFlat(i)).as("element %d", i).isEqualTo(exact.getFlat(i));
            }
        }
    }

    @Test
    void its_generator_is_a_part_that_is_listed_once() {
        var model = new Sequential(new Dropout(0.5, random), new Residual(new Dropout(0.1, random)));
        assertThat(model.parts().generators()).containsOnlyKeys("0.random").containsValue(random);
        var other = TorchRandom.seeded(1);
        var apart = new Sequential(new Dropout(0.5, random), new Residual(new Dropout(0.1, other)));
        assertThat(apart.parts().generators()).containsOnlyKeys("0.random", "1.f.0.random");
        assertThat(apart.stateDict()).isEmpty();
    }

    @Test
    @Tag("allocation")
    void a_step_in_steady_state_allocates_nothing() {
        var dropout = new Dropout(0.5, random);
        var x = Tensor.randn(random, 5, 8);
        assertThat(Allocation.leastBytes(() -> dropout.backward(dropout.forward(x))))
                .isZero();
        dropout.train(false);
        assertThat(Allocation.leastBytes(() -> dropout.backward(dropout.forward(x))))
                .isZero();
    }
}
