package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.offset;

import handgrad.nn.AvgPool2d;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNorm2d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.CausalConv1d;
import handgrad.nn.Conv2d;
import handgrad.nn.Conv2dOptions;
import handgrad.nn.ConvTranspose2d;
import handgrad.nn.ConvTranspose2dOptions;
import handgrad.nn.Embedding;
import handgrad.nn.Flatten;
import handgrad.nn.GlobalAvgPool2d;
import handgrad.nn.GroupedLinear;
import handgrad.nn.Gru;
import handgrad.nn.Layer;
import handgrad.nn.LayerNorm;
import handgrad.nn.Linear;
import handgrad.nn.Lstm;
import handgrad.nn.MakemoreGru;
import handgrad.nn.MaxPool2d;
import handgrad.nn.Relu;
import handgrad.nn.Rnn;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.nn.TiedLinear;
import handgrad.random.TorchRandom;
import handgrad.tensor.Shape;
import handgrad.tensor.Size2d;
import handgrad.tensor.Tensor;
import handgrad.tensor.Window;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("no-kernel")
class TorchWeightsTest {
    private static final List<String> KINDS = List.of("mlp", "cnn", "images", "embedding", "tied");

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("model.safetensors");
    }

    private static Tensor tensor(Path file, String name) throws IOException {
        return Objects.requireNonNull(Safetensors.read(file).tensors().get(name), name);
    }

    private static Tensor state(Layer model, String name) {
        return Objects.requireNonNull(model.stateDict().get(name), name);
    }

    /** The models of exchange.py. */
    private static Layer model(String kind) {
        var random = TorchRandom.seeded(9);
        return switch (kind) {
            case "mlp" ->
                new Sequential(new Linear(5, 16, random), new BatchNorm1d(16), new Tanh(), new Linear(16, 3, random));
            case "cnn" ->
                new Sequential(
                        new Conv2d(2, 4, 3, Conv2dOptions.PYTORCH.withPadding(1), random),
                        new BatchNorm2d(4),
                        new Relu(),
                        new MaxPool2d(2),
                        new Flatten(1, 3),
                        new Linear(64, 3, random));
            case "images" ->
                new Sequential(
                        new Conv2d(
                                4,
                                6,
                                new Size2d(3, 5),
                                Conv2dOptions.PYTORCH
                                        .withStride(2, 1)
                                        .withPadding(0, 2)
                                        .withGroups(2),
                                random),
                        new MaxPool2d(3, 1, 1),
                        new ConvTranspose2d(
                                6,
                                4,
                                new Size2d(3, 2),
                                ConvTranspose2dOptions.PYTORCH
                                        .withStride(2, 1)
                                        .withOutputPadding(1, 0)
                                        .withGroups(2),
                                random),
                        new AvgPool2d(new Window(new Size2d(2, 3), new Size2d(2, 1), new Size2d(0, 1))),
                        new GlobalAvgPool2d(),
                        new Flatten(1, 3),
                        new Linear(4, 3, random));
            case "embedding" ->
                new Sequential(new Embedding(7, 4, random), new LayerNorm(4), new Linear(4, 3, false, random));
            case "tied" -> {
                var embedding = new Embedding(7, 4, random);
                yield new Sequential(embedding, new LayerNorm(4), new TiedLinear(embedding.weight()));
            }
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static void assertClose(String kind, Tensor actual, Tensor expected) {
        assertThat(actual.shape()).as(kind).isEqualTo(expected.shape());
        for (int i = 0; i < expected.shape().elements(); i++) {
            assertThat(actual.getFlat(i)).as(kind).isCloseTo(expected.getFlat(i), offset(1e-5));
        }
    }

    private Path file(String kind, String part) {
        return folder.resolve(kind + "-" + part + ".safetensors");
    }

    /** All models in one run of Python, which needs seconds to load PyTorch. */
    @Test
    void modelsOfPyTorchGiveTheirOutputsHere() throws Exception {
        Python.run(folder, "torch", "exchange.py", "write", folder);
        for (var kind : KINDS) {
            var model = model(kind);
            TorchWeights.load(file(kind, "weights"), model);
            model.train(false);
            assertClose(kind, model.forward(tensor(file(kind, "x"), "x")), tensor(file(kind, "y"), "y"));
        }
    }

    @Test
    void modelsFromHereGiveTheirOutputsInPyTorch() throws Exception {
        var outputs = new LinkedHashMap<String, Tensor>();
        for (var kind : KINDS) {
            var random = TorchRandom.seeded(3);
            var x = switch (kind) {
                case "mlp" -> Tensor.randn(random, 8, 5);
                case "cnn" -> Tensor.randn(random, 8, 2, 8, 8);
                case "images" -> Tensor.randn(random, 8, 4, 9, 7);
                default -> Tensor.randint(random, 7, 8);
            };
            var model = model(kind);
            model.forward(x);
            model.train(false);
            TorchWeights.save(file(kind, "weights"), model);
            Safetensors.write(file(kind, "x"), Map.of("x", x), Map.of());
            outputs.put(kind, model.forward(x));
        }
        Python.run(folder, "torch", "exchange.py", "read", folder);
        for (var named : outputs.entrySet()) {
            assertClose(named.getKey(), named.getValue(), tensor(file(named.getKey(), "y"), "y"));
        }
    }

    @Test
    void weightsAreLaidOutAsPyTorchHasThem() throws IOException {
        var model = new Sequential(
                new Linear(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3), null),
                new Conv2d(2, 1, 0, Tensor.of(new float[] {0, 1, 2, 3, 4, 5, 6, 7}, 4, 2), null),
                new CausalConv1d(2, 1, Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 6, 1), null));
        TorchWeights.save(file(), model);
        assertThat(tensor(file(), "0.weight").shape()).isEqualTo(Shape.of(3, 2));
        assertThat(tensor(file(), "0.weight").floats()).containsExactly(1, 4, 2, 5, 3, 6);
        assertThat(tensor(file(), "1.weight").shape()).isEqualTo(Shape.of(2, 1, 2, 2));
        assertThat(tensor(file(), "1.weight").floats()).containsExactly(0, 2, 4, 6, 1, 3, 5, 7);
        // Rows are oldest position first, each with three inputs; PyTorch has each input's positions together.
        assertThat(tensor(file(), "2.weight").shape()).isEqualTo(Shape.of(1, 3, 2));
        assertThat(tensor(file(), "2.weight").floats()).containsExactly(1, 4, 2, 5, 3, 6);
        var hash = WeightsHash.of(model.stateDict());
        model.parameters().forEach(parameter -> parameter.value().fill(0));
        TorchWeights.load(file(), model);
        assertThat(WeightsHash.of(model.stateDict())).isEqualTo(hash);
    }

    @Test
    void theCountOfBatchesIsWrittenAndMayBeMissing() throws IOException {
        var model = new Sequential(new BatchNorm1d(2));
        TorchWeights.save(file(), model);
        assertThat(tensor(file(), "0.num_batches_tracked").shape()).isEqualTo(Shape.SCALAR);
        TorchWeights.load(file(), model);
        Safetensors.write(file(), model.stateDict(), Map.of());
        TorchWeights.load(file(), model);
    }

    @Test
    void aRunningDeviationIsConvertedWithTheLayersEpsilon() throws IOException {
        var options = BatchNormOptions.MAKEMORE_PART_3.withEpsilon(0.5);
        var model = new BatchNorm1d(2, options);
        var torch = new LinkedHashMap<>(new BatchNorm1d(2).stateDict());
        torch.put("running_var", Tensor.of(new float[] {3.5f, 15.5f}, 2));
        Safetensors.write(file(), torch, Map.of());
        TorchWeights.load(file(), model);
        assertThat(state(model, "running_std").floats()).containsExactly(2, 4);
        TorchWeights.save(file(), model);
        assertThat(tensor(file(), "running_var").floats()).containsExactly(3.5f, 15.5f);
        state(model, "running_std").fill(0.5);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TorchWeights.save(file(), model))
                .withMessage("TorchWeights: running_std² - epsilon is below 0: running_var has -0.25 at [0], it must be"
                        + " at least 0");
        torch.put("running_var", Tensor.of(new float[] {1, -2}, 2));
        assertRefused(model, torch, "running_var has -2.0 at [1], it must be at least 0");
    }

    private void assertRefused(Layer model, Map<String, Tensor> torch, String problem) throws IOException {
        Safetensors.write(file(), torch, Map.of());
        var hash = WeightsHash.of(model.stateDict());
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> TorchWeights.load(file(), model))
                .withMessage(file() + ": does not fit the model: " + problem);
        assertThat(WeightsHash.of(model.stateDict())).isEqualTo(hash);
    }

    @Test
    void allThatIsWrongIsListedAndNothingIsChanged() throws IOException {
        var model = new Sequential(
                new Linear(2, 3, TorchRandom.seeded(1)), new Linear(3, 1, TorchRandom.seeded(2)), new BatchNorm1d(1));
        var torch = new LinkedHashMap<String, Tensor>();
        torch.put("0.weight", Tensor.zeros(2, 3));
        torch.put("0.bias", Tensor.zeros(3));
        torch.put("1.weight", Tensor.zeros(1, 3));
        torch.put("head.bias", Tensor.zeros(4));
        torch.put("3.num_batches_tracked", Tensor.of(new int[1]));
        new BatchNorm1d(1).stateDict().forEach((name, tensor) -> torch.put("2." + name, tensor));
        assertRefused(
                model,
                torch,
                "missing 1.bias (1); unknown head.bias (4), 3.num_batches_tracked (); 0.weight has shape (2, 3), the"
                        + " model wants (3, 2)");
    }

    @Test
    void namesOfTheFileAreChangedByAMap() throws IOException {
        var torch = new LinkedHashMap<String, Tensor>();
        torch.put("features.0.weight", Tensor.of(new float[] {1, 2}, 1, 2));
        torch.put("features.0.bias", Tensor.of(new float[] {3}, 1));
        torch.put("head.weight", Tensor.of(new float[] {4}, 1, 1));
        torch.put("head.shift", Tensor.of(new float[] {5}, 1));
        Safetensors.write(file(), torch, Map.of());
        var model = new Sequential(new Linear(2, 1, TorchRandom.seeded(1)), new Linear(1, 1, TorchRandom.seeded(2)));
        TorchWeights.load(file(), model, Map.of("features", "", "head", "1", "head.shift", "1.bias"));
        assertThat(state(model, "0.weight").floats()).containsExactly(1, 2);
        assertThat(state(model, "0.bias").floats()).containsExactly(3);
        assertThat(state(model, "1.weight").floats()).containsExactly(4);
        assertThat(state(model, "1.bias").floats()).containsExactly(5);
        var hash = WeightsHash.of(model.stateDict());
        var names = Map.of("features", "", "head", "0", "head.shift", "shift", "tail", "2");
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> TorchWeights.load(file(), model, names))
                .withMessage(
                        file() + ": does not fit the model: missing 1.weight (1, 1), 1.bias (1); unknown shift (1); to"
                                + " rename, but not in the file: tail; features.0.weight and head.weight are both"
                                + " 0.weight");
        assertThat(WeightsHash.of(model.stateDict())).isEqualTo(hash);
    }

    @Test
    void aNumberThatCannotBeIsRefused() throws IOException {
        var model = new BatchNorm1d(1);
        var torch = new LinkedHashMap<>(new BatchNorm1d(1).stateDict());
        torch.put("running_var", Tensor.of(new float[] {-1}, 1));
        assertRefused(model, torch, "loadStateDict: running_var has -1.0 at [0], it must be at least 0");
    }

    @Test
    void aLayerThatPyTorchHasNotIsRefused() {
        var model = new Sequential(new GroupedLinear(Tensor.zeros(2, 4), null, 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TorchWeights.save(file(), model))
                .withMessageStartingWith(
                        "TorchWeights: 0.weight is that of a GroupedLinear, which PyTorch does not have");
    }

    @Test
    void recurrentLayersHavePyTorchsNamesAndLayout() throws Exception {
        var random = TorchRandom.seeded(1);
        var weight = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
        var model = new Sequential(
                new Rnn(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2), null, weight, null, null),
                new Gru(2, 4, random),
                new Lstm(4, 3, random));
        TorchWeights.save(file(), model);
        assertThat(Safetensors.read(file()).tensors())
                .containsOnlyKeys(
                        "0.weight_ih_l0",
                        "0.weight_hh_l0",
                        "1.weight_ih_l0",
                        "1.weight_hh_l0",
                        "1.bias_ih_l0",
                        "1.bias_hh_l0",
                        "2.weight_ih_l0",
                        "2.weight_hh_l0",
                        "2.bias_ih_l0",
                        "2.bias_hh_l0");
        assertThat(tensor(file(), "0.weight_ih_l0")).isEqualTo(Tensor.of(new float[] {1, 3, 5, 2, 4, 6}, 2, 3));
        assertThat(tensor(file(), "0.weight_hh_l0")).isEqualTo(Tensor.of(new float[] {1, 3, 2, 4}, 2, 2));
        assertThat(tensor(file(), "1.weight_hh_l0").shape()).isEqualTo(Shape.of(12, 4));
        assertThat(tensor(file(), "2.bias_hh_l0").shape()).isEqualTo(Shape.of(12));
        var hash = WeightsHash.of(model.stateDict());
        model.parameters().forEach(parameter -> parameter.value().fill(0));
        TorchWeights.load(file(), model);
        assertThat(WeightsHash.of(model.stateDict())).isEqualTo(hash);
    }

    @Test
    void makemoresCellsAreRefused() {
        var random = TorchRandom.seeded(1);
        for (var layer : new Layer[] {Rnn.makemore(2, 3, random), new MakemoreGru(2, 3, random)}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TorchWeights.save(file(), new Sequential(layer)))
                    .withMessage(
                            "TorchWeights: 0.hidden.weight is that of a recurrent layer that PyTorch does not have:"
                                    + " its RNN, GRU and LSTM have two biases or none, and no start among their"
                                    + " parameters; save the model with Safetensors");
        }
    }

    @Test
    void aTiedParameterHasOneNameHereAndTwoInPyTorch() throws Exception {
        var model = model("tied");
        var table = state(model, "0.weight");
        TorchWeights.save(file(), model);
        assertThat(tensor(file(), "0.weight"))
                .isEqualTo(tensor(file(), "2.weight"))
                .isEqualTo(table);
        var expected = table.copy();
        for (var left : new String[] {"0.weight", "2.weight"}) {
            var tensors = new LinkedHashMap<>(Safetensors.read(file()).tensors());
            tensors.remove(left);
            var one = folder.resolve("one.safetensors");
            Safetensors.write(one, tensors, Map.of());
            table.fill(0);
            TorchWeights.load(one, model);
            assertThat(table).isEqualTo(expected);
        }
        var tensors = new LinkedHashMap<>(Safetensors.read(file()).tensors());
        tensors.put("2.weight", expected.mul(2));
        Safetensors.write(file(), tensors, Map.of());
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> TorchWeights.load(file(), model))
                .withMessageEndingWith("does not fit the model: 2.weight differs from 0.weight, and they are one"
                        + " parameter in the model");
        assertThat(table).isEqualTo(expected);
    }
}
