package handgrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import handgrad.kernel.Allocation;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The averages are held beside PyTorch's in OptimizerGoldenTest. */
@Tag("no-kernel")
class WeightAverageTest {
    private final Sequential model = model();

    private static Sequential model() {
        return new Sequential(new Linear(3, 4, TorchRandom.seeded(1)), new BatchNorm1d(4));
    }

    private static void fill(Sequential model, double value) {
        model.parameters().forEach(parameter -> parameter.value().fill(value));
    }

    private static Tensor average(WeightAverage average) {
        return Objects.requireNonNull(average.stateDict().get("0.bias.average"));
    }

    @Test
    void follows_the_parameters() {
        var average = new WeightAverage(model, 0.75);
        fill(model, 8);
        average.update();
        assertThat(average(average)).isEqualTo(Tensor.full(8, 4));
        fill(model, 0);
        average.update();
        assertThat(average(average)).isEqualTo(Tensor.full(6, 4));
    }

    /** 0.9999 and 1 - 0.9999 add up to 1 - 2e-8 in float32, which would shrink a constant by 2e-4. */
    @Test
    void a_constant_stays_what_it_is() {
        fill(model, 0.7);
        var average = new WeightAverage(model, 0.9999);
        for (int step = 0; step < 50_000; step++) {
            average.update();
        }
        assertThat(average(average)).isEqualTo(Tensor.full(0.7, 4));
    }

    @Test
    void is_in_the_model_until_closed() {
        var average = new WeightAverage(model, 0.5);
        average.update();
        var trained = model.stateDict().copy();
        fill(model, 1);
        var last = model.stateDict().copy();
        try (var _ = average.swapIn()) {
            assertThat(model.stateDict()).isEqualTo(trained);
            assertThatIllegalStateException()
                    .isThrownBy(average::update)
                    .withMessage("WeightAverage: the averages are in the model; close what swapIn returned before the"
                            + " next update");
            assertThatIllegalStateException()
                    .isThrownBy(average::swapIn)
                    .withMessage("WeightAverage: the averages are in the model already; close what swapIn returned");
        }
        assertThat(model.stateDict()).isEqualTo(last);
        var swapped = average.swapIn();
        swapped.close();
        fill(model, 2);
        swapped.close();
        assertThat(model.parameters().getFirst().value()).isEqualTo(Tensor.full(2, 3, 4));
        try (var _ = average.swapIn()) {
            swapped.close();
            assertThat(model.stateDict()).isEqualTo(trained);
        }
    }

    @Test
    void a_saved_average_goes_on_with_the_same_bits() {
        var average = new WeightAverage(model, 0.9);
        assertThat(average.stateDict().keySet())
                .containsExactly("step", "0.weight.average", "0.bias.average", "1.weight.average", "1.bias.average");
        average.update();
        fill(model, 0.3);
        average.update();
        var saved = average.stateDict().copy();
        var other = model();
        fill(other, 0.3);
        var restored = new WeightAverage(other, 0.9);
        restored.loadStateDict(saved);
        average.update();
        restored.update();
        assertThat(restored.stateDict()).isEqualTo(average.stateDict()).isNotEqualTo(saved);

        var wrong = new LinkedHashMap<String, Tensor>(saved);
        wrong.remove("0.bias.average");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> restored.loadStateDict(wrong))
                .withMessage("loadStateDict: missing 0.bias.average (4)");
    }

    @Test
    @Tag("allocation")
    void an_update_allocates_nothing() {
        for (var dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            model.to(dtype);
            var average = new WeightAverage(model, 0.9);
            assertThat(Allocation.leastBytes(average::update)).isZero();
        }
    }

    @Test
    void what_has_no_sense_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WeightAverage(model, 1))
                .withMessage("WeightAverage: the decay must be from 0 to less than 1, it is 1.0");
        var average = new WeightAverage(model, 0.9);
        assertThatIllegalStateException()
                .isThrownBy(average::swapIn)
                .withMessage("WeightAverage: there is no average before the first update");
        average.update();
        model.to(DType.FLOAT64);
        assertThatIllegalStateException()
                .isThrownBy(average::swapIn)
                .withMessage("WeightAverage: weight (3, 4) is FLOAT64 now, and was FLOAT32 when this WeightAverage was"
                        + " made: call model.to(FLOAT64) first, then make it");
        assertThatIllegalStateException()
                .isThrownBy(average::update)
                .withMessageStartingWith("WeightAverage: weight (3, 4) is FLOAT64 now");
    }
}
