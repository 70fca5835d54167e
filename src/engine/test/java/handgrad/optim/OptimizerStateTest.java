package handgrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Parameter;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("no-kernel")
class OptimizerStateTest {
    private static final SgdOptions MOMENTUM =
            SgdOptions.PYTORCH.withMomentum(0.9).withDampening(0.5);
    private static final RMSpropOptions RMS =
            RMSpropOptions.PYTORCH.withMomentum(0.9).withCentered(true).withWeightDecay(0.01);

    private static Stream<Function<List<Parameter>, Optimizer>> optimizers() {
        return Stream.of(
                Sgd::new,
                parameters -> new Sgd(parameters, MOMENTUM),
                RMSprop::new,
                parameters -> new RMSprop(parameters, RMS),
                Adam::new,
                parameters -> new AdamW(ParameterGroups.decayMatrices(parameters), AdamOptions.PYTORCH));
    }

    private static Sequential model() {
        var random = TorchRandom.seeded(1);
        return new Sequential(new Linear(3, 4, random), new Linear(4, 2, random));
    }

    private static void steps(Layer model, Optimizer optimizer, int from, int to) {
        for (int step = from; step < to; step++) {
            var random = TorchRandom.seeded(step);
            for (var parameter : model.parameters()) {
                int[] sizes = parameter.value().shape().toArray();
                parameter.grad().copyFrom(Tensor.randn(random, sizes));
            }
            optimizer.step(0.1);
        }
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void goes_on_with_the_same_bits(Function<List<Parameter>, Optimizer> newOptimizer) {
        var model = model();
        var optimizer = newOptimizer.apply(model.parameters());
        steps(model, optimizer, 0, 3);
        var weights = model.stateDict().copy();
        var state = optimizer.stateDict(model).copy();
        steps(model, optimizer, 3, 6);

        var restored = model();
        restored.loadStateDict(weights);
        var other = newOptimizer.apply(restored.parameters());
        other.loadStateDict(restored, state);
        assertThat(other.stateDict(restored)).isEqualTo(state);
        steps(restored, other, 3, 6);
        assertThat(restored.stateDict()).isEqualTo(model.stateDict());
        assertThat(other.stateDict(restored))
                .isEqualTo(optimizer.stateDict(model))
                .isNotEqualTo(state);
    }

    @Test
    void has_the_names_of_the_model_and_the_words_of_pytorch() {
        var model = model();
        var adam = new Adam(model.parameters());
        assertThat(adam.stateDict(model).keySet())
                .containsExactly(
                        "step",
                        "0.weight.exp_avg",
                        "0.weight.exp_avg_sq",
                        "0.bias.exp_avg",
                        "0.bias.exp_avg_sq",
                        "1.weight.exp_avg",
                        "1.weight.exp_avg_sq",
                        "1.bias.exp_avg",
                        "1.bias.exp_avg_sq");
        steps(model, adam, 0, 2);
        assertThat(adam.stateDict(model).get("step"))
                .isEqualTo(Tensor.of(new int[] {2}).reshape());
        var sgd = new Sgd(List.of(model.parameters().getLast()), MOMENTUM);
        assertThat(sgd.stateDict(model).keySet()).containsExactly("step", "1.bias.momentum_buffer");
        assertThat(new Sgd(model.parameters()).stateDict(model).keySet()).containsExactly("step");
    }

    @Test
    void what_does_not_fit_is_named_and_nothing_changes() {
        var model = model();
        var adam = new Adam(model.parameters());
        steps(model, adam, 0, 2);
        var before = adam.stateDict(model).copy();
        var saved = new LinkedHashMap<String, Tensor>(before.copy());
        saved.put("step", Tensor.of(new int[] {7}).reshape());
        saved.remove("0.bias.exp_avg");
        saved.put("2.weight.exp_avg", Tensor.zeros(2));
        saved.put("1.bias.exp_avg", Tensor.zeros(3));
        Objects.requireNonNull(saved.get("1.bias.exp_avg_sq")).fill(-1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> adam.loadStateDict(model, saved))
                .withMessage("loadStateDict: missing 0.bias.exp_avg (4); unexpected 2.weight.exp_avg (2);"
                        + " 1.bias.exp_avg has shape (3), Adam wants (2);"
                        + " 1.bias.exp_avg_sq has -1.0 at [0], it must be at least 0");
        assertThat(adam.stateDict(model)).isEqualTo(before);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> adam.loadStateDict(model, adam.stateDict(model)))
                .withMessageStartingWith("loadStateDict: step is Adam's own tensor, ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sgd(model.parameters()).loadStateDict(model, before))
                .withMessageStartingWith("loadStateDict: unexpected 0.weight.exp_avg (3, 4), ");
    }

    @Test
    void another_model_is_refused() {
        var adam = new Adam(model().parameters());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> adam.stateDict(model()))
                .withMessage("Adam: parameter 0, weight (3, 4), is not in this Sequential; give the model that it"
                        + " was made for");
    }

    @Test
    void is_converted_to_the_type_of_the_parameters() {
        var model = model();
        var adam = new Adam(model.parameters());
        steps(model, adam, 0, 2);
        var saved = adam.stateDict(model).copy();
        model.to(DType.FLOAT64);
        var wide = new Adam(model.parameters());
        wide.loadStateDict(model, saved);
        var mean = Objects.requireNonNull(wide.stateDict(model).get("0.bias.exp_avg"));
        assertThat(mean.dtype()).isEqualTo(DType.FLOAT64);
        assertThat(mean.shape()).isEqualTo(Shape.of(4));
        assertThat(mean.to(DType.FLOAT32)).isEqualTo(saved.get("0.bias.exp_avg"));
    }
}
