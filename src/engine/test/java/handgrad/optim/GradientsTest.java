package handgrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import handgrad.nn.Parameter;
import handgrad.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-product")
class GradientsTest {
    private final Parameter weight = new Parameter("weight", Tensor.ones(2));
    private final Parameter bias = new Parameter("bias", Tensor.ones(5));
    private final List<Parameter> parameters = List.of(weight, bias);

    private void set(float... grads) {
        weight.grad().copyFrom(Tensor.of(new float[] {grads[0], grads[1]}, 2));
        bias.grad().copyFrom(Tensor.of(new float[] {0, grads[2], 0, 0, grads[3]}, 5));
    }

    @Test
    void a_large_norm_becomes_the_limit() {
        set(1, 2, -4, 2);
        assertThat(Gradients.clipNorm(parameters, 2.5)).isEqualTo(5);
        assertThat(Gradients.norm(parameters)).isEqualTo(2.5, within(1e-6));
        assertThat(weight.grad().get(0)).isEqualTo(0.5, within(1e-6));
    }

    @Test
    void a_small_norm_stays() {
        set(1, 2, -4, 2);
        assertThat(Gradients.clipNorm(parameters, 6)).isEqualTo(5);
        assertThat(bias.grad().floats()).containsExactly(0, -4, 0, 0, 2);
    }

    @Test
    void no_norm_overflows_and_none_vanishes() {
        set(3e38f, 0, 0, 3e38f);
        assertThat(Gradients.clipNorm(parameters, 1)).isEqualTo(Math.sqrt(2) * 3e38f, within(1e24));
        assertThat(Gradients.norm(parameters)).isEqualTo(1, within(1e-6));
        set(1e-30f, 0, 0, 0);
        assertThat(Gradients.norm(parameters)).isEqualTo(1e-30f);
    }

    @Test
    void what_is_not_finite_is_named_and_nothing_changes() {
        set(1, 2, Float.NaN, 2);
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Gradients.clipNorm(parameters, 1))
                .withMessage("clipNorm: the gradient of parameter 1, bias (5), is not finite; a smaller learning rate,"
                        + " or a look at the loss, helps");
        assertThat(weight.grad().floats()).containsExactly(1, 2);
    }

    @Test
    void values_are_limited() {
        set(1, -2, 0.25f, Float.NEGATIVE_INFINITY);
        Gradients.clipValue(parameters, 0.5);
        assertThat(weight.grad().floats()).containsExactly(0.5f, -0.5f);
        assertThat(bias.grad().floats()).containsExactly(0, 0.25f, 0, 0, -0.5f);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Gradients.clipValue(parameters, 0))
                .withMessage("clipValue: the limit must be more than 0, it is 0.0");
    }
}
