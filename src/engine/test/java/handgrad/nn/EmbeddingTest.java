package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.check.GradientCheck;
import handgrad.kernel.Allocation;
import handgrad.optim.AdamW;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Padding, and positions. */
class EmbeddingTest {
    private final TorchRandom random = TorchRandom.seeded(5);

    @Test
    void padding_gives_zeros_and_gets_no_gradient_in_either_type() {
        for (var dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            // Few rows of a small table and many of one, which are added up in two ways.
            for (int n : new int[] {3, 300}) {
                var layer = Embedding.padded(Tensor.ones(4, 2), 1);
                layer.to(dtype);
                assertThat(row(layer.weight().value(), 1)).containsExactly(0, 0);
                var x = Tensor.randint(random, 4, n);
                x.ints()[0] = 1;
                x.ints()[1] = 3;
                var out = layer.forward(x);
                layer.weight().grad().fill(7);
                layer.backward(Tensor.zeros(dtype, out.shape()).fill(1));
                for (int i = 0; i < n; i++) {
                    assertThat(row(out, i)).containsOnly(x.ints()[i] == 1 ? 0 : 1);
                }
                assertThat(row(layer.weight().grad(), 1)).containsExactly(7, 7);
                assertThat(row(layer.weight().grad(), 3)[0]).isGreaterThan(7);
            }
        }
    }

    private static double[] row(Tensor table, int row) {
        return new double[] {table.get(row, 0), table.get(row, 1)};
    }

    @Test
    @Tag("composition")
    void the_row_of_padding_stays_zero_in_a_training() {
        var layer = Embedding.padded(Tensor.randn(random, 4, 2), 0);
        var adam = new AdamW(layer.parameters());
        for (int step = 0; step < 5; step++) {
            var out = layer.forward(Tensor.of(new int[] {0, 2, 0}, 3));
            adam.zeroGrad();
            layer.backward(Tensor.randn(random, out.shape().toArray()));
            adam.step(0.1);
        }
        assertThat(row(layer.weight().value(), 0)).containsExactly(0, 0);
        assertThat(layer.forward(Tensor.of(new int[] {0}, 1)).floats()).containsExactly(0, 0);
    }

    @Test
    void positions_are_added_to_shorter_sequences_too() {
        var layer = new PositionalEmbedding(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
        var x = Tensor.of(new float[] {10, 10, 20, 20, 30, 30, 40, 40}, 2, 2, 2);
        assertThat(layer.forward(x).floats()).containsExactly(11, 12, 23, 24, 31, 32, 43, 44);
        assertThat(layer.backward(x).floats()).containsExactly(10, 10, 20, 20, 30, 30, 40, 40);
        assertThat(layer.weight().grad().floats()).containsExactly(40, 40, 60, 60, 0, 0);
    }

    @Test
    @Tag("composition")
    void a_model_of_tokens_and_positions_is_checked_and_refuses_another_gradient() {
        var model = new Sequential(
                Embedding.padded(Tensor.randn(random, 7, 4), 0),
                new PositionalEmbedding(5, 4, random),
                new LayerNorm(4),
                new Linear(4, 3, random));
        GradientCheck.of(model).input(Tensor.randint(random, 7, 2, 3)).assertPasses();
        var positions = new PositionalEmbedding(5, 4, random);
        positions.forward(Tensor.zeros(2, 3, 4));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> positions.backward(Tensor.zeros(2, 2, 4)))
                .withMessage("PositionalEmbedding: dOut must have the shape of x (2, 3, 4), it is (2, 2, 4)");
    }

    @Test
    @Tag("allocation")
    void a_step_in_steady_state_allocates_nothing() {
        var indices = Tensor.randint(random, 8, 5, 3);
        var table = Embedding.padded(Tensor.randn(random, 8, 4), 3);
        var positions = new PositionalEmbedding(3, 4, random);
        assertThat(Allocation.leastBytes(
                        () -> table.backward(positions.backward(positions.forward(table.forward(indices))))))
                .isZero();
    }
}
