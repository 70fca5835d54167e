package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.kernel.Allocation;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("composition")
class ResidualTest {
    private final TorchRandom random = TorchRandom.seeded(5);

    @Test
    void without_layers_it_doubles() {
        var residual = new Residual();
        var x = Tensor.of(new float[] {1, -2, 3}, 1, 3);
        assertThat(residual.forward(x).floats()).containsExactly(2, -4, 6);
        assertThat(residual.backward(x).floats()).containsExactly(2, -4, 6);
        assertThat(x.floats()).containsExactly(1, -2, 3);
    }

    @Test
    void its_state_is_named_after_f_and_follows_its_mode_and_type() {
        var norm = new BatchNorm1d(4);
        var residual = new Residual(new Linear(4, 4, random), norm);
        assertThat(residual.stateDict().keySet()).contains("f.0.weight", "f.0.bias", "f.1.weight", "f.1.running_mean");
        residual.train(false);
        assertThat(norm.parts().isTraining()).isFalse();
        residual.to(DType.FLOAT64);
        assertThat(residual.forward(Tensor.ones(2, 4).to(DType.FLOAT64)).dtype())
                .isEqualTo(DType.FLOAT64);
    }

    @Test
    void an_inside_that_changes_the_shape_or_the_type_is_refused() {
        var x = Tensor.zeros(2, 4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Residual(new Linear(4, 5, random)).forward(x))
                .withMessage("Residual: f(x) wants the shape and the type of x, x is (2, 4) FLOAT32, f(x) is (2, 5)"
                        + " FLOAT32; let the last layer inside return as many features as the first one takes");
    }

    @Test
    @Tag("allocation")
    @Tag("long")
    void a_step_in_steady_state_allocates_nothing() {
        var residual = new Residual(new Linear(8, 8, random), new Tanh(), new Linear(8, 8, random));
        var x = Tensor.randn(random, 5, 8);
        assertThat(Allocation.leastBytes(() -> residual.backward(residual.forward(x))))
                .isZero();
    }
}
