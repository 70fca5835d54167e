package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.kernel.Allocation;
import handgrad.random.TorchRandom;
import handgrad.tensor.Activations;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class GeluTest {
    @Test
    void its_two_forms_differ_by_less_than_they_say() {
        var x = Tensor.zeros(DType.FLOAT64, Shape.of(20_001));
        for (int i = 0; i < x.size(0); i++) {
            x.setFlat(i, (i - 10_000) * 1e-3);
        }
        var apart = new Gelu().forward(x).sub(Gelu.tanh().forward(x)).abs();
        assertThat(apart.max(0, false).item()).isBetween(4e-4, 5e-4);
    }

    /** Far below 0, where 1 + erf(x / √2) has no digit left. */
    @Test
    void tails_are_accurate() {
        var out = new Gelu().forward(Tensor.of(new float[] {-6, -9, -13}, 3));
        double[] exact = {-5.9195258702261885e-09, -1.0157295653584566e-18, -7.952313719414843e-38};
        for (int i = 0; i < exact.length; i++) {
            assertThat(Math.abs(out.getFlat(i) - exact[i])).isLessThanOrEqualTo(7 * Math.ulp((float) exact[i]));
        }
    }

    @Test
    void backward_does_not_take_a_tensor_twice() {
        var x = Tensor.ones(3);
        var phi = Tensor.ones(3);
        var dOut = Tensor.ones(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Activations.geluBackward(x, phi, dOut, dOut))
                .withMessage("geluBackward: dX must not share the elements of dOut");
    }

    @Test
    @Tag("allocation")
    void a_step_in_steady_state_allocates_nothing() {
        var x = Tensor.randn(TorchRandom.seeded(5), 5, 13);
        for (var gelu : new Gelu[] {new Gelu(), Gelu.tanh()}) {
            assertThat(Allocation.leastBytes(() -> gelu.backward(gelu.forward(x))))
                    .isZero();
        }
    }
}
