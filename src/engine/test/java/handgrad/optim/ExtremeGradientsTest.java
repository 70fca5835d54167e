package handgrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.nn.Parameter;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps of optimisers for gradients of every exponent, zeros among them. */
@Tag("no-kernel")
class ExtremeGradientsTest {
    private static final int EXPONENTS = 277;

    /** Powers of two from the smallest subnormal to the largest float, and 0 at the end. */
    private static float[] gradients(int sign) {
        float[] gradients = new float[EXPONENTS + 1];
        for (int i = 0; i < EXPONENTS; i++) {
            gradients[i] = sign * Math.scalb(1.25f, i - 149);
        }
        return gradients;
    }

    /** As FLOAT64, whose squares neither vanish nor overflow, but that an infinite square moves nothing. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-3, 0.3, 0.5, 2, 1e6})
    void adam_steps_as_in_float64(double lr) {
        for (double epsilon : new double[] {1e-8, 1e-12, Updates.LEAST_EPSILON}) {
            var single = new Parameter("single", Tensor.zeros(EXPONENTS + 1));
            var wide = new Parameter("wide", Tensor.zeros(DType.FLOAT64, Shape.of(EXPONENTS + 1)));
            var options = AdamOptions.PYTORCH.withEpsilon(epsilon);
            var adam = new Adam(List.of(single), options);
            var exact = new Adam(List.of(wide), options);
            float[] positive = gradients(1);
            for (int step = 0; step < 4; step++) {
                single.grad().copyFrom(Tensor.of(gradients(Math.max(1 - step, -1)), EXPONENTS + 1));
                wide.grad().copyFrom(single.grad());
                adam.step(lr);
                exact.step(lr);
                double tolerance = epsilon == Updates.LEAST_EPSILON ? 1e-3 : 3e-6;
                for (int i = 0; i <= EXPONENTS; i++) {
                    if (positive[i] > 3e20 && positive[i] < 5e20) {
                        continue; // the sum of squares overflows at the last step
                    }
                    double expected = positive[i] > 5e20 ? 0 : wide.value().getFlat(i);
                    double error = Math.abs(single.value().getFlat(i) - expected);
                    if (!(error <= tolerance * Math.max(Math.abs(expected), lr * 1e-2) + 1e-38)) {
                        assertThat(single.value().getFlat(i))
                                .as("epsilon %s, step %d, gradient %s", epsilon, step, positive[i])
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }

    @Test
    void a_gradient_of_0_changes_nothing() {
        for (var dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            var value = Tensor.ones(3).to(dtype);
            var parameter = new Parameter("weight", value);
            var adam = new Adam(List.of(parameter), AdamOptions.PYTORCH.withEpsilon(Updates.LEAST_EPSILON));
            for (int step = 0; step < 3; step++) {
                adam.step(1);
            }
            assertThat(parameter.value()).isEqualTo(Tensor.ones(3).to(dtype));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-17, 1e-300})
    void adam_refuses_an_epsilon_that_may_divide_by_0(double epsilon) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AdamOptions.PYTORCH.withEpsilon(epsilon))
                .withMessage("AdamOptions: epsilon must be at least 1.0E-16, so that an element without gradient is not"
                        + " divided by 0, it is " + epsilon);
        var x = Tensor.zeros(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Updates.adam(x, x, 1, x, x, 1, 0.9, 0.999, epsilon, 0, 1))
                .withMessage("adam: epsilon must be at least 1.0E-16, it is " + epsilon);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
    void adam_refuses_options_that_are_no_numbers(double value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AdamOptions.PYTORCH.withEpsilon(value))
                .withMessage("AdamOptions: epsilon must be at least 0 and finite, it is " + value);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AdamOptions.PYTORCH.withWeightDecay(value))
                .withMessage("AdamOptions: the weight decay must be at least 0 and finite, it is " + value);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AdamOptions.PYTORCH.withBetas(value, 0.9))
                .withMessage("AdamOptions: beta1 must be from 0 to less than 1, it is " + value);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AdamOptions.PYTORCH.withBetas(0.9, value))
                .withMessage("AdamOptions: beta2 must be from 0 to less than 1, it is " + value);
    }

    @Test
    void a_learning_rate_is_one_that_the_type_holds() {
        var parameter = new Parameter("weight", Tensor.zeros(2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sgd(List.of(parameter)).step(1e39))
                .withMessage("addScaled: -1.0E39 is a number that FLOAT32 cannot hold");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Adam(List.of(parameter)).step(1e39))
                .withMessageStartingWith("adam: ")
                .withMessageEndingWith(" is a number that FLOAT32 cannot hold");
        assertThat(parameter.value()).isEqualTo(Tensor.zeros(2));
    }

    /** value - lr · grad, rounded twice, wherever the product is a float. */
    @Test
    void sgd_takes_gradients_of_every_exponent() {
        var parameter = new Parameter("weight", Tensor.zeros(EXPONENTS + 1));
        float[] gradients = gradients(-1);
        parameter.grad().copyFrom(Tensor.of(gradients, EXPONENTS + 1));
        new Sgd(List.of(parameter)).step(0.5);
        for (int i = 0; i <= EXPONENTS; i++) {
            assertThat(parameter.value().floats()[i]).isEqualTo(-0.5f * gradients[i]);
        }
    }
}
