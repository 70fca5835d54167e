package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("no-kernel")
class StateDictTest {
    private final Sequential model = model();

    private static Sequential model() {
        var random = TorchRandom.seeded(1);
        return new Sequential(new Linear(3, 4, random), new BatchNorm1d(4), new Linear(4, 2, random));
    }

    private static Tensor tensor(Map<String, Tensor> state, String name) {
        return Objects.requireNonNull(state.get(name));
    }

    @Test
    void is_live_and_its_copy_is_not() {
        var live = model.stateDict();
        var best = live.copy();
        var before = tensor(live, "0.weight").copy();
        model.parameters().getFirst().value().fill(7);
        assertThat(tensor(live, "0.weight").get(0, 0)).isEqualTo(7);
        assertThat(best.get("0.weight")).isEqualTo(before);
        model.to(DType.FLOAT64);
        assertThat(tensor(live, "0.weight").dtype()).isEqualTo(DType.FLOAT64);
        model.loadStateDict(best);
        assertThat(tensor(model.stateDict(), "0.weight").to(DType.FLOAT32)).isEqualTo(before);
        assertThat(best.keySet()).containsExactlyElementsOf(live.keySet());
        assertThat(best).hasSize(8);
    }

    /** Who keeps the live state as the best one, whatever the map, learns it when it is loaded. */
    @Test
    void its_own_state_is_not_loaded() {
        for (var best : new Map<?, ?>[] {model.stateDict(), new HashMap<>(model.stateDict())}) {
            @SuppressWarnings("unchecked")
            var state = (Map<String, Tensor>) best;
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.loadStateDict(state))
                    .withMessage("loadStateDict: 0.weight is the model's own tensor, which has followed the training:"
                            + " keep stateDict().copy(), and load that");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0.weight       | 1e300      | 0.weight has 1.0E300 at [1, 3], FLOAT32 cannot hold it
            2.weight       | -3.41e38   | 2.weight has -3.41E38 at [1, 1], FLOAT32 cannot hold it
            1.running_mean | 1e39       | 1.running_mean has 1.0E39 at [2], FLOAT32 cannot hold it
            1.running_var  | -1e-30     | 1.running_var has -1.0E-30 at [2], it must be at least 0
            1.running_var  | -Infinity  | 1.running_var has -Infinity at [2], it must be at least 0
            """)
    void what_cannot_be_is_refused_with_its_place(String name, double value, String message) {
        model.to(DType.FLOAT64);
        var saved = model.stateDict().copy();
        model.to(DType.FLOAT32);
        var before = model.stateDict().copy();
        var wrong = tensor(saved, name);
        wrong.setFlat(wrong.shape().rank() == 2 ? wrong.shape().toArray()[1] + wrong.size(1) - 1 : 2, value);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.loadStateDict(saved))
                .withMessage("loadStateDict: " + message);
        assertThat(model.stateDict()).isEqualTo(before);
    }

    @Test
    void what_is_rounded_infinite_or_nan_is_taken() {
        var saved = new LinkedHashMap<String, Tensor>(model.stateDict().copy());
        saved.put("0.bias", Tensor.of(new double[] {0.1, Double.NaN, Double.POSITIVE_INFINITY, 1e-300}, 4));
        saved.put("1.running_mean", Tensor.of(new int[] {1, 2, 1 << 24, -3}, 4));
        model.loadStateDict(saved);
        assertThat(tensor(model.stateDict(), "0.bias").floats())
                .containsExactly(0.1f, Float.NaN, Float.POSITIVE_INFINITY, 0);
        assertThat(tensor(model.stateDict(), "1.running_mean").floats()).containsExactly(1, 2, 1 << 24, -3);
    }

    @Test
    void a_conversion_of_the_model_that_is_refused_changes_nothing() {
        model.to(DType.FLOAT64);
        model.parameters().getLast().value().setFlat(1, 1e300);
        var before = model.stateDict().copy();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.to(DType.FLOAT32))
                .withMessage("to: 2.bias: element 1 of FLOAT64 (2) is 1.0E300, which FLOAT32 cannot hold");
        assertThat(model.stateDict()).isEqualTo(before);
        model.parameters().getLast().value().setFlat(1, 0);
        model.parameters().getFirst().grad().fill(-1e39);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.to(DType.FLOAT32))
                .withMessage(
                        "to: the gradient of 0.weight: element 0 of FLOAT64 (3, 4) is -1.0E39, which FLOAT32 cannot"
                                + " hold");
        assertThat(model.stateDict().values()).allMatch(tensor -> tensor.dtype() == DType.FLOAT64);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.to(DType.INT32))
                .withMessage("to: a layer is FLOAT32 or FLOAT64, not INT32");
    }

    @Test
    void all_that_is_wrong_is_listed_and_nothing_changed() {
        var saved = new LinkedHashMap<String, Tensor>(model.stateDict().copy());
        saved.replaceAll((_, tensor) -> tensor.mul(2).add(1));
        saved.remove("0.bias");
        saved.remove("2.weight");
        saved.put("3.weight", Tensor.zeros(2, 5));
        saved.put("1.weight", Tensor.zeros(5));
        tensor(saved, "1.running_var").setFlat(0, -1);
        var before = model.stateDict().copy();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.loadStateDict(saved))
                .withMessage("loadStateDict: missing 0.bias (4), 2.weight (4, 2); unexpected 3.weight (2, 5);"
                        + " 1.weight has shape (5), the model wants (4);"
                        + " 1.running_var has -1.0 at [0], it must be at least 0");
        assertThat(model.stateDict()).isEqualTo(before);
    }

    /** A state with one fault of a random kind, in a random tensor, changes nothing. */
    @Test
    void a_refused_state_changes_nothing() {
        var random = new Random(3);
        var before = model.stateDict().copy();
        var names = before.keySet().toArray(String[]::new);
        for (int seed = 0; seed < 500; seed++) {
            var saved = new LinkedHashMap<String, Tensor>();
            before.forEach(
                    (name, tensor) -> saved.put(name, tensor.to(DType.FLOAT64).add(1)));
            var name = names[random.nextInt(names.length)];
            var tensor = tensor(saved, name);
            switch (random.nextInt(4)) {
                case 0 -> saved.remove(name);
                case 1 -> saved.put(name + ".more", tensor);
                case 2 -> saved.put(name, Tensor.zeros(DType.FLOAT64, Shape.of(1, 1, 1)));
                default ->
                    tensor.setFlat(
                            random.nextInt(tensor.shape().elements()),
                            Math.scalb(random.nextBoolean() ? 1.0 : -1, 128 + random.nextInt(800)));
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.loadStateDict(saved))
                    .withMessageContaining(name);
            assertThat(model.stateDict()).isEqualTo(before);
        }
    }
}
