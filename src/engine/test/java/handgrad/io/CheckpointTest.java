package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import handgrad.data.BatchOptions;
import handgrad.data.Batches;
import handgrad.data.TensorDataset;
import handgrad.io.SmallTraining.Method;
import handgrad.io.SmallTraining.Net;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.optim.Adam;
import handgrad.optim.AdamOptions;
import handgrad.optim.AdamW;
import handgrad.optim.Optimizer;
import handgrad.optim.ParameterGroup;
import handgrad.optim.ParameterGroups;
import handgrad.optim.Sgd;
import handgrad.optim.SgdOptions;
import handgrad.optim.WeightAverage;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("no-kernel")
class CheckpointTest {
    private final int threads = Backend.threads();

    @TempDir
    private Path folder;

    @AfterEach
    void restoreThreads() {
        Backend.setThreads(threads);
    }

    static Stream<Arguments> trainings() {
        return Arrays.stream(Net.values())
                .flatMap(net -> Arrays.stream(Method.values()).map(method -> Arguments.of(net, method)));
    }

    /** Each model and each optimiser once at least. */
    static Stream<Arguments> someTrainings() {
        return Stream.of(
                Arguments.of(Net.BATCH_NORM, Method.SGD),
                Arguments.of(Net.POSITIONS, Method.ADAM),
                Arguments.of(Net.DROPOUT, Method.ADAM_W),
                Arguments.of(Net.TIED, Method.RMS_PROP),
                Arguments.of(Net.CONVOLUTION, Method.SGD));
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void goes_on_with_the_bits_of_a_training_that_was_never_interrupted(Net net, Method method) throws IOException {
        for (long seed = 0; seed < 2; seed++) {
            assertResumes(net, method, seed, 12);
        }
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("trainings")
    void goes_on_so_from_many_steps(Net net, Method method) throws IOException {
        for (long seed = 100; seed < 150; seed++) {
            assertResumes(net, method, seed, 100);
        }
    }

    /** Train a and then b steps; the same with a save, all objects new, and a read in between, on other threads. */
    private void assertResumes(Net net, Method method, long seed, int steps) throws IOException {
        var chance = new SplittableRandom(seed);
        int a = chance.nextInt(steps);
        int b = 1 + chance.nextInt(steps);
        var file = folder.resolve("training.safetensors");
        Backend.setThreads(1 + chance.nextInt(2));
        var whole = new SmallTraining(net, method, seed).train(a);
        var before = whole.bits();
        Checkpoint.write(file, whole.state());
        assertThat(whole.bits()).as("saving changes nothing").isEqualTo(before);
        byte[] saved = Files.readAllBytes(file);

        var resumed = whole.another();
        assertThat(resumed.bits()).isNotEqualTo(before);
        assertThat(Checkpoint.read(file, resumed.state()).step()).isEqualTo(a);
        assertThat(resumed.bits()).isEqualTo(before);
        Checkpoint.write(file, resumed.state());
        assertThat(Files.readAllBytes(file)).as("saved again").isEqualTo(saved);

        whole.train(b);
        Backend.setThreads(1 + chance.nextInt(2));
        resumed.train(b);
        assertThat(resumed.bits()).as("seed %d, %d + %d steps", seed, a, b).isEqualTo(whole.bits());
    }

    @Test
    void a_training_that_is_saved_at_every_step_has_the_bits_of_one_that_is_not() throws IOException {
        var saved = new SmallTraining(Net.DROPOUT, Method.ADAM_W, 5);
        for (int i = 0; i < 8; i++) {
            Checkpoint.write(
                    folder.resolve("training.safetensors"), saved.train(1).state());
        }
        assertThat(saved.bits())
                .isEqualTo(new SmallTraining(Net.DROPOUT, Method.ADAM_W, 5)
                        .train(8)
                        .bits());
    }

    @Test
    void tells_the_step_and_the_environment_of_a_file_and_gives_its_weights() throws IOException {
        var training = new SmallTraining(Net.BATCH_NORM, Method.SGD, 5).train(4);
        var file = folder.resolve("training.safetensors");
        Checkpoint.write(file, training.state());
        assertThat(Checkpoint.of(file)).isEqualTo(new Checkpoint(4, Backend.environment()));
        assertThat(Checkpoint.weights(file).tensors())
                .isEqualTo(training.model().stateDict());
        assertThat(Checkpoint.weights(file).metadata()).isEqualTo(Map.of("clip", "1.0"));
        assertThat(Checkpoint.is(Safetensors.read(file).metadata())).isTrue();

        var weights = folder.resolve("weights.safetensors");
        Safetensors.write(weights, training.model().stateDict(), Map.of("format", "pt"));
        assertThat(Checkpoint.weights(weights).tensors())
                .isEqualTo(training.model().stateDict());
        assertThat(Checkpoint.weights(weights).metadata()).isEqualTo(Map.of("format", "pt"));
    }

    @Test
    void numbers_that_are_not_finite_come_back() throws IOException {
        var file = folder.resolve("training.safetensors");
        var numbers =
                Map.of("nan", Double.NaN, "most", Double.POSITIVE_INFINITY, "minus", -0.0, "least", Double.MIN_VALUE);
        var state = plain();
        numbers.forEach(state::with);
        Checkpoint.write(file, state);
        var other = plain();
        numbers.keySet().forEach(name -> other.with(name, 1));
        Checkpoint.read(file, other);
        numbers.forEach((name, number) -> assertThat(Double.doubleToRawLongBits(other.number(name)))
                .as(name)
                .isEqualTo(Double.doubleToRawLongBits(number)));
    }

    /** The order of {@link Map#of} is another one in each process. */
    @Test
    void the_bytes_do_not_depend_on_the_order_of_the_texts() throws IOException {
        var texts = new LinkedHashMap<String, String>();
        texts.put("a", "1");
        texts.put("b", "2");
        texts.put("c", "3");
        var file = folder.resolve("training.safetensors");
        Checkpoint.write(file, plain().with("mine", new Unwilling(texts, new IllegalStateException())));
        byte[] content = Files.readAllBytes(file);
        Checkpoint.write(file, plain().with("mine", new Unwilling(texts.reversed(), new IllegalStateException())));
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    private static Layer model() {
        var random = TorchRandom.seeded(3);
        return new Sequential(new Linear(2, 2, random), new Linear(2, 2, random));
    }

    private static TrainingState plain() {
        return training(model(), model -> new Adam(model.parameters()));
    }

    private static TrainingState training(Layer model, Function<Layer, Optimizer> optimizer) {
        return new TrainingState(model, optimizer.apply(model));
    }

    private static TrainingState adamW(AdamOptions options) {
        return training(model(), model -> new AdamW(model.parameters(), options));
    }

    private static TrainingState inGroups(int... order) {
        return training(model(), model -> {
            var all = model.parameters();
            return new Sgd(
                    ParameterGroups.of(
                            ParameterGroup.of(List.of(all.get(order[0]), all.get(order[1]))),
                            ParameterGroup.of(List.of(all.get(order[2]), all.get(order[3])))
                                    .withRateFactor(0.5)),
                    SgdOptions.PYTORCH);
        });
    }

    private static TrainingState batches(int rows, int size, long seed) {
        var dataset = new TensorDataset(Tensor.zeros(rows, 2), Tensor.zeros(rows));
        return plain().with("batches", new Batches(dataset, BatchOptions.of(size, seed)));
    }

    private static TrainingState wide() {
        var model = model();
        model.to(DType.FLOAT64);
        return training(model, each -> new Adam(each.parameters()));
    }

    private static TrainingState averaged(double decay) {
        var model = model();
        return training(model, each -> new Adam(each.parameters())).with("average", new WeightAverage(model, decay));
    }

    private static Arguments refused(String change, TrainingState saved, TrainingState now, String problem) {
        return Arguments.argumentSet(change, saved, now, problem);
    }

    static Stream<Arguments> others() {
        var options = AdamOptions.PYTORCH;
        return Stream.of(
                refused(
                        "setting",
                        plain().withSetting("batch-size", "32"),
                        plain().withSetting("batch-size", "64"),
                        "settings: batch-size was 32 and is 64 now"),
                refused(
                        "setting that was not there",
                        plain(),
                        plain().withSetting("batch-size", "64"),
                        "it has nothing of settings"),
                refused(
                        "another setting",
                        plain().withSetting("steps", "1"),
                        plain().withSetting("batch-size", "64"),
                        "settings: missing text batch-size; unexpected text steps"),
                refused(
                        "weight decay",
                        adamW(options),
                        adamW(options.withWeightDecay(0.5)),
                        "optimizer: settings was AdamW AdamOptions[beta1=0.9, beta2=0.999, epsilon=1.0E-8,"
                                + " weightDecay=0.0] and is AdamW AdamOptions[beta1=0.9, beta2=0.999, epsilon=1.0E-8,"
                                + " weightDecay=0.5] now"),
                refused(
                        "optimiser",
                        adamW(options),
                        plain(),
                        "optimizer: settings was AdamW AdamOptions[beta1=0.9, beta2=0.999, epsilon=1.0E-8,"
                                + " weightDecay=0.0] and is Adam AdamOptions[beta1=0.9, beta2=0.999, epsilon=1.0E-8,"
                                + " weightDecay=0.0] now"),
                refused(
                        "groups of the optimiser",
                        inGroups(0, 1, 2, 3),
                        inGroups(0, 2, 1, 3),
                        "optimizer: parameters was 0.weight, 0.bias, 1.weight, 1.bias and is 0.weight, 1.weight,"
                                + " 0.bias, 1.bias now"),
                refused(
                        "batch size",
                        batches(9, 3, 5),
                        batches(9, 4, 5),
                        "batches: settings was 9 rows, BatchOptions[size=3, seed=5, replacement=false, keepLast=true]"
                                + " and is 9 rows, BatchOptions[size=4, seed=5, replacement=false, keepLast=true]"
                                + " now"),
                refused(
                        "seed",
                        batches(9, 3, 5),
                        batches(9, 3, 6),
                        "batches: settings was 9 rows, BatchOptions[size=3, seed=5, replacement=false, keepLast=true]"
                                + " and is 9 rows, BatchOptions[size=3, seed=6, replacement=false, keepLast=true]"
                                + " now"),
                refused(
                        "rows",
                        batches(9, 3, 5),
                        batches(8, 3, 5),
                        "batches: settings was 9 rows, BatchOptions[size=3, seed=5, replacement=false, keepLast=true]"
                                + " and is 8 rows, BatchOptions[size=3, seed=5, replacement=false, keepLast=true]"
                                + " now"),
                refused(
                        "decay of the average",
                        averaged(0.9),
                        averaged(0.99),
                        "average: settings was WeightAverage decay=0.9 and is WeightAverage decay=0.99 now"),
                refused(
                        "type",
                        plain(),
                        wide(),
                        "model.0.weight is FLOAT32 in it, and FLOAT64 now; convert the model first,"
                                + " model.to(FLOAT32)"),
                refused(
                        "shape",
                        plain(),
                        training(
                                new Sequential(
                                        new Linear(2, 3, TorchRandom.seeded(1)),
                                        new Linear(3, 2, TorchRandom.seeded(2))),
                                model -> new Adam(model.parameters())),
                        "model: loadStateDict: 0.weight has shape (2, 2), the model wants (2, 3); 0.bias has shape (2),"
                                + " the model wants (3); 1.weight has shape (2, 2), the model wants (3, 2)"),
                refused(
                        "part that was not there",
                        plain(),
                        plain().with("noise", TorchRandom.seeded(1)),
                        "it has nothing of noise"),
                refused(
                        "part that is not there",
                        plain().with("noise", TorchRandom.seeded(1)),
                        plain(),
                        "it has noise.state, and this training has no part noise; add it to the TrainingState"),
                refused(
                        "number",
                        plain().with("best", 1),
                        plain().with("worst", 1),
                        "numbers: missing number worst; unexpected number best"));
    }

    @ParameterizedTest
    @MethodSource("others")
    void another_training_is_refused_by_name_and_nothing_changes(TrainingState saved, TrainingState now, String problem)
            throws IOException {
        var file = folder.resolve("training.safetensors");
        Checkpoint.write(file, saved);
        var before = states(now);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Checkpoint.read(file, now))
                .withMessage(file + ": is the checkpoint of another training: " + problem);
        assertThat(states(now)).isEqualTo(before);
    }

    private static Map<String, SavedState> states(TrainingState state) {
        var states = new LinkedHashMap<String, SavedState>();
        state.parts().forEach((name, part) -> states.put(name, part.save().copy()));
        return states;
    }

    /** A part of one's own that throws what it likes. */
    private record Unwilling(Map<String, String> texts, RuntimeException thrown) implements Stateful {
        @Override
        public SavedState save() {
            return SavedState.ofTexts(texts);
        }

        @Override
        public void restore(SavedState saved) {
            throw thrown;
        }
    }

    @Test
    void a_part_that_refuses_last_leaves_all_others_as_they_were() throws IOException {
        var file = folder.resolve("training.safetensors");
        var saved = new SmallTraining(Net.DROPOUT, Method.ADAM, 1).train(3);
        var now = saved.another().train(2);
        saved.state().with("last", new Unwilling(Map.of("a", "1"), new IllegalStateException("no")));
        now.state().with("last", new Unwilling(Map.of("a", "1"), new IllegalStateException("no")));
        Checkpoint.write(file, saved.state());
        var before = now.bits();
        assertThatIllegalStateException()
                .isThrownBy(() -> Checkpoint.read(file, now.state()))
                .withMessage("no");
        assertThat(now.bits()).isEqualTo(before);
    }

    @Test
    void an_average_that_is_in_the_model_is_neither_saved_nor_set() throws IOException {
        var file = folder.resolve("training.safetensors");
        var training = new SmallTraining(Net.TIED, Method.ADAM_W, 1).train(3);
        Checkpoint.write(file, training.state());
        byte[] content = Files.readAllBytes(file);
        training.train(2);
        var after = training.bits();
        try (var _ = training.average().swapIn()) {
            var problem = "Checkpoint: average: the averages are in the model; close what swapIn returned first";
            assertThatIllegalStateException()
                    .isThrownBy(() -> Checkpoint.write(file, training.state()))
                    .withMessage(problem);
            assertThatIllegalStateException()
                    .isThrownBy(() -> Checkpoint.read(file, training.state()))
                    .withMessage(problem);
        }
        assertThat(training.bits()).isEqualTo(after);
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }

    @Test
    void an_optimiser_of_another_model_is_refused_at_once() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TrainingState(model(), new Adam(model().parameters())))
                .withMessage("Adam: parameter 0, weight (2, 2), is not in this Sequential; give the model that it was"
                        + " made for");
    }

    @Test
    void names_are_given_once_and_have_no_dots() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain().with("model", TorchRandom.seeded(1)))
                .withMessage(
                        "TrainingState: two parts are called model; give each a name of its own, none of [settings,"
                                + " model, optimizer, generators, numbers]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain().with("a.b", TorchRandom.seeded(1)))
                .withMessage("TrainingState: a name has letters, digits, _ and -, not 'a.b'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain().with("best", 1).with("best", 2))
                .withMessage("TrainingState: two numbers are called best");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain().withSetting("a", "1").withSetting("a", "1"))
                .withMessage("TrainingState: two settings are called a");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain().number("best"))
                .withMessage("TrainingState: there is no number best; add it by with(\"best\", first value)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plain().set("best", 1))
                .withMessageContaining("there is no number best");
    }
}
