package handgrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import handgrad.nn.Linear;
import handgrad.nn.Parameter;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptimTest {
    private static Parameter weight() {
        return new Parameter("weight", Tensor.ones(3));
    }

    /** Every optimiser, made of the same parameters. */
    private static void assertRefused(List<Parameter> parameters, String message) {
        assertThatThrownBy(() -> new Sgd(parameters)).hasMessage("Sgd: " + message);
        assertThatThrownBy(() -> new Adam(parameters)).hasMessage("Adam: " + message);
        assertThatThrownBy(() -> new AdamW(parameters)).hasMessage("AdamW: " + message);
        assertThatThrownBy(() -> new RMSprop(parameters)).hasMessage("RMSprop: " + message);
    }

    @Test
    void a_parameter_is_given_once() {
        var weight = weight();
        assertRefused(
                List.of(weight, weight(), weight),
                "parameters 0 and 2, weight (3), are one tensor, which would be stepped twice; give it once");
        assertRefused(
                List.of(weight(), weight, new Parameter("bias", weight.value())),
                "parameters 1 and 2, bias (3), are one tensor, which would be stepped twice; give it once");
        assertRefused(List.of(), "there are no parameters to train; a layer of one's own lists those in its parts()");
        assertRefused(Arrays.asList(weight, null), "parameter 1 is null");
    }

    @Test
    void adam_made_before_a_conversion_says_so_and_changes_nothing() {
        var layer = new Linear(3, 2, TorchRandom.seeded(1));
        var adam = new Adam(layer.parameters());
        var sgd = new Sgd(layer.parameters());
        layer.to(DType.FLOAT64);
        var before = layer.stateDict().copy();
        layer.weight().grad().fill(1);
        assertThatIllegalStateException()
                .isThrownBy(() -> adam.step(0.1))
                .withMessage("Adam: weight (3, 2) is FLOAT64 now, and was FLOAT32 when this Adam was made: call"
                        + " model.to(FLOAT64) first, then make it");
        assertThat(layer.stateDict()).isEqualTo(before);
        sgd.step(0.1); // keeps nothing
        layer.to(DType.FLOAT32);
        adam.step(0.1);
        assertThat(layer.stateDict()).isNotEqualTo(before);
    }

    @Test
    void sgd_steps_against_the_gradient() {
        var parameter = new Parameter("weight", Tensor.of(new float[] {1, 2, 3}, 3));
        parameter.grad().copyFrom(Tensor.of(new float[] {10, 0, -10}, 3));
        var sgd = new Sgd(List.of(parameter));
        sgd.step(0.1);
        assertThat(parameter.value().floats()).containsExactly(0, 2, 4);
        sgd.zeroGrad();
        assertThat(parameter.grad()).isEqualTo(Tensor.zeros(3));
        for (double lr : new double[] {-0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> sgd.step(lr))
                    .withMessage("Sgd: the learning rate must be at least 0 and finite, it is " + lr);
        }
        assertThat(parameter.value().floats()).containsExactly(0, 2, 4);
    }

    @Test
    void the_first_step_of_adam_is_the_learning_rate_against_the_sign_of_the_gradient() {
        var parameter = new Parameter("weight", Tensor.of(new float[] {1, 2, 3}, 3));
        parameter.grad().copyFrom(Tensor.of(new float[] {10, 0, -0.5f}, 3));
        var adam = new Adam(List.of(parameter));
        adam.step(0.1);
        assertThat(parameter.value().floats()).containsExactly(new float[] {0.9f, 2, 3.1f}, within(1e-6f));
        adam.zeroGrad();
        assertThat(parameter.grad()).isEqualTo(Tensor.zeros(3));
    }

    @Test
    void adam_refuses_what_has_no_sense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Adam(List.of(weight())).step(-1))
                .withMessage("Adam: the learning rate must be at least 0 and finite, it is -1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AdamOptions.PYTORCH.withBetas(1, 0.999))
                .withMessage("AdamOptions: beta1 must be from 0 to less than 1, it is 1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AdamOptions.PYTORCH.withBetas(0.9, Double.NaN))
                .withMessage("AdamOptions: beta2 must be from 0 to less than 1, it is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AdamOptions.PYTORCH.withWeightDecay(-0.1))
                .withMessage("AdamOptions: the weight decay must be at least 0 and finite, it is -0.1");
    }

    @Test
    void sgd_refuses_what_has_no_sense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SgdOptions.PYTORCH.withNesterov(true))
                .withMessage("SgdOptions: Nesterov's momentum wants a momentum above 0 and a dampening of 0, they are"
                        + " 0.0 and 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SgdOptions.PYTORCH.withMomentum(1))
                .withMessage("SgdOptions: the momentum must be from 0 to less than 1, it is 1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SgdOptions.PYTORCH.withDampening(Double.NaN))
                .withMessage("SgdOptions: the dampening must be from 0 to less than 1, it is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SgdOptions.PYTORCH.withWeightDecay(-1))
                .withMessage("SgdOptions: the weight decay must be at least 0 and finite, it is -1.0");
    }

    @Test
    void rmsprop_refuses_what_has_no_sense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RMSpropOptions.PYTORCH.withAlpha(1))
                .withMessage("RMSpropOptions: alpha must be from 0 to less than 1, it is 1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RMSpropOptions.PYTORCH.withMomentum(-0.1))
                .withMessage("RMSpropOptions: the momentum must be from 0 to less than 1, it is -0.1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RMSpropOptions.PYTORCH.withEpsilon(0))
                .withMessage("RMSpropOptions: epsilon must be at least 1.0E-16 and finite, so that an element without"
                        + " gradient is not divided by 0, it is 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RMSpropOptions.PYTORCH.withWeightDecay(Double.NaN))
                .withMessage("RMSpropOptions: the weight decay must be at least 0 and finite, it is NaN");
    }

    /** The variance of a gradient that never changes is 0 but for rounding, which may make it less. */
    @Test
    void a_centered_rmsprop_takes_no_root_of_what_is_below_0() {
        var parameter = new Parameter("weight", Tensor.zeros(64));
        var rms = new RMSprop(
                List.of(parameter), RMSpropOptions.PYTORCH.withCentered(true).withAlpha(0.3));
        for (int step = 0; step < 50; step++) {
            for (int i = 0; i < 64; i++) {
                parameter.grad().setFlat(i, 1 + i / 7.0);
            }
            rms.step(1e-12);
        }
        assertThat(Double.isFinite(parameter.value().sum().item())).isTrue();
    }

    @Test
    void a_momentum_made_before_a_conversion_says_so() {
        var layer = new Linear(3, 2, TorchRandom.seeded(1));
        var sgd = new Sgd(layer.parameters(), SgdOptions.PYTORCH.withMomentum(0.9));
        layer.to(DType.FLOAT64);
        assertThatIllegalStateException()
                .isThrownBy(() -> sgd.step(0.1))
                .withMessage("Sgd: weight (3, 2) is FLOAT64 now, and was FLOAT32 when this Sgd was made: call"
                        + " model.to(FLOAT64) first, then make it");
    }
}
