package handgrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import handgrad.nn.Conv2d;
import handgrad.nn.LayerNorm;
import handgrad.nn.Parameter;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The steps of groups are held beside PyTorch's in OptimizerGoldenTest. */
class ParameterGroupsTest {
    private final Parameter weight = new Parameter("weight", Tensor.ones(2, 3));
    private final Parameter bias = new Parameter("bias", Tensor.ones(3));

    @Test
    void matrices_decay_and_vectors_do_not() {
        var model = new Sequential(new Conv2d(1, 2, 3, TorchRandom.seeded(1)), new LayerNorm(4));
        var groups = ParameterGroups.decayMatrices(model.parameters()).groups();
        assertThat(groups.stream().map(ParameterGroup::decayFactor)).containsExactly(1.0, 0.0, 0.0, 0.0);
        var adam = new AdamW(
                ParameterGroups.decayMatrices(List.of(bias, weight)), AdamOptions.PYTORCH.withWeightDecay(0.5));
        assertThat(adam.parameters()).containsExactly(bias, weight);
        adam.step(0.5);
        assertThat(weight.value()).isEqualTo(Tensor.full(0.75, 2, 3));
        assertThat(bias.value()).isEqualTo(Tensor.ones(3));
    }

    @Test
    void a_group_has_a_learning_rate_of_its_own() {
        var sgd = new Sgd(
                ParameterGroups.of(
                        ParameterGroup.of(List.of(weight)).withRateFactor(0),
                        ParameterGroup.of(List.of(bias)).withRateFactor(0.5)),
                SgdOptions.PYTORCH);
        weight.grad().fill(1);
        bias.grad().fill(1);
        sgd.step(0.5);
        assertThat(weight.value()).isEqualTo(Tensor.ones(2, 3));
        assertThat(bias.value()).isEqualTo(Tensor.full(0.75, 3));
    }

    @Test
    void what_has_no_sense_is_refused() {
        var group = ParameterGroup.of(List.of(weight));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> group.withRateFactor(-1))
                .withMessage("ParameterGroup: the rate factor must be at least 0 and finite, it is -1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> group.withDecayFactor(Double.NaN))
                .withMessage("ParameterGroup: the decay factor must be at least 0 and finite, it is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Adam(ParameterGroups.of(group, group), AdamOptions.PYTORCH))
                .withMessage("Adam: parameters 0 and 1, weight (2, 3), are one tensor, which would be stepped twice;"
                        + " give it once");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sgd(ParameterGroups.of(), SgdOptions.PYTORCH))
                .withMessageStartingWith("Sgd: there are no parameters to train; ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ParameterGroup.of(List.of()))
                .withMessageStartingWith("ParameterGroup: there are no parameters to train; ");
        assertThatNullPointerException()
                .isThrownBy(() -> ParameterGroup.of(Arrays.asList(weight, null)))
                .withMessage("ParameterGroup: parameter 1 is null");
    }
}
