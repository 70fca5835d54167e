package handgrad.golden;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.nn.AvgPool2d;
import handgrad.nn.BagOfWords;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNorm2d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.BatchNormOptions.Axes;
import handgrad.nn.CausalConv1d;
import handgrad.nn.CausalMean;
import handgrad.nn.Conv2d;
import handgrad.nn.ConvTranspose2d;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Dropout;
import handgrad.nn.Embedding;
import handgrad.nn.Flatten;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.GatedActivation;
import handgrad.nn.Gelu;
import handgrad.nn.GlobalAvgPool2d;
import handgrad.nn.Gru;
import handgrad.nn.Layer;
import handgrad.nn.LayerNorm;
import handgrad.nn.LeakyRelu;
import handgrad.nn.Linear;
import handgrad.nn.LogSoftmax;
import handgrad.nn.Lstm;
import handgrad.nn.MakemoreGru;
import handgrad.nn.MaxPool2d;
import handgrad.nn.MseLoss;
import handgrad.nn.Parameter;
import handgrad.nn.PositionalEmbedding;
import handgrad.nn.RMSNorm;
import handgrad.nn.Relu;
import handgrad.nn.Residual;
import handgrad.nn.Rnn;
import handgrad.nn.Sigmoid;
import handgrad.nn.Softmax;
import handgrad.nn.Tanh;
import handgrad.nn.TiedLinear;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Size2d;
import handgrad.tensor.Tensor;
import handgrad.tensor.Window;
import java.io.IOException;
import java.nio.file.Files;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every layer and loss against PyTorch: its value, and the gradients of its input and of each parameter. */
class LayerGoldenTest {
    /** A file of the folder layers, and the layer that it is of. */
    record Case(String file, Supplier<Layer> layer) {
        @Override
        public String toString() {
            return file;
        }
    }

    /** A new layer is one row here and a function in {@code make_golden.py}. Weights come from the file. */
    static Stream<Case> cases() {
        return Stream.of(
                new Case("embedding", () -> new Embedding(Tensor.zeros(6, 5))),
                new Case("embedding-padded", () -> Embedding.padded(Tensor.zeros(6, 5), 2)),
                new Case("positional-embedding", () -> new PositionalEmbedding(Tensor.zeros(4, 5))),
                new Case("linear", () -> new Linear(Tensor.zeros(17, 7), Tensor.zeros(7))),
                new Case("linear-3d", () -> new Linear(Tensor.zeros(17, 7), Tensor.zeros(7))),
                new Case("linear-without-bias", () -> new Linear(Tensor.zeros(17, 7), null)),
                new Case("tied-linear", () -> new TiedLinear(new Parameter("weight", Tensor.zeros(7, 17)))),
                new Case("tanh", Tanh::new),
                new Case("sigmoid", Sigmoid::new),
                new Case("gated-activation", GatedActivation::new),
                new Case("causal-conv1d", () -> new CausalConv1d(2, 1, Tensor.zeros(10, 7), Tensor.zeros(7))),
                new Case("causal-conv1d-dilation-4", () -> new CausalConv1d(2, 4, Tensor.zeros(10, 7), null)),
                new Case("causal-conv1d-kernel-3", () -> new CausalConv1d(3, 2, Tensor.zeros(15, 7), Tensor.zeros(7))),
                new Case(
                        "rnn",
                        () -> new Rnn(Tensor.zeros(5, 7), Tensor.zeros(7), Tensor.zeros(7, 7), Tensor.zeros(7), null)),
                new Case(
                        "rnn-start",
                        () -> new Rnn(
                                Tensor.zeros(5, 7),
                                Tensor.zeros(7),
                                Tensor.zeros(7, 7),
                                Tensor.zeros(7),
                                Tensor.zeros(1, 7))),
                new Case("rnn-makemore", () -> Rnn.makemore(5, 7, TorchRandom.seeded(1))),
                new Case("gru", () -> new Gru(5, 7, TorchRandom.seeded(1))),
                new Case(
                        "gru-start",
                        () -> new Gru(
                                Tensor.zeros(5, 21),
                                Tensor.zeros(21),
                                Tensor.zeros(7, 21),
                                Tensor.zeros(21),
                                Tensor.zeros(1, 7))),
                new Case("makemore-gru", () -> new MakemoreGru(5, 7, TorchRandom.seeded(1))),
                new Case("lstm", () -> new Lstm(5, 7, TorchRandom.seeded(1))),
                new Case(
                        "lstm-start",
                        () -> new Lstm(
                                Tensor.zeros(5, 28),
                                Tensor.zeros(28),
                                Tensor.zeros(7, 28),
                                Tensor.zeros(28),
                                Tensor.zeros(1, 7),
                                Tensor.zeros(1, 7))),
                new Case("causal-mean", CausalMean::new),
                new Case("bag-of-words", () -> new BagOfWords(5, 7, TorchRandom.seeded(1))),
                new Case("flatten", () -> new Flatten(0, 1)),
                new Case("relu", Relu::new),
                new Case("leaky-relu", LeakyRelu::new),
                new Case("leaky-relu-slope-0.2", () -> new LeakyRelu(0.2)),
                new Case("conv2d", () -> new Conv2d(3, 1, 0, Tensor.zeros(18, 5), Tensor.zeros(5))),
                new Case("conv2d-padding-1", () -> new Conv2d(3, 1, 1, Tensor.zeros(18, 5), null)),
                new Case("conv2d-stride-2", () -> new Conv2d(3, 2, 0, Tensor.zeros(18, 5), Tensor.zeros(5))),
                new Case("conv2d-stride-2-padding-1", () -> new Conv2d(3, 2, 1, Tensor.zeros(18, 5), Tensor.zeros(5))),
                new Case(
                        "conv2d-kernel-5-stride-3-padding-2",
                        () -> new Conv2d(5, 3, 2, Tensor.zeros(50, 5), Tensor.zeros(5))),
                convolution("conv2d-kernel-3x5-stride-2x1-padding-0x2", window(3, 5, 2, 1, 0, 2), 1, 60, 6, true),
                convolution("conv2d-groups-2", window(3, 5, 2, 1, 0, 2), 2, 30, 6, true),
                convolution("conv2d-depthwise", new Window(3, 1, 1), 4, 9, 8, false),
                convolution("conv2d-kernel-1x4-stride-1x3-padding-0x3", window(1, 4, 1, 3, 0, 3), 1, 16, 2, false),
                transposed("conv-transpose2d", new Window(3, 1, 0), 0, 0, 1, 54, true),
                transposed("conv-transpose2d-stride-2-padding-1", new Window(3, 2, 1), 0, 0, 1, 54, false),
                transposed("conv-transpose2d-output-padding-1", new Window(3, 2, 1), 1, 1, 1, 54, true),
                transposed(
                        "conv-transpose2d-kernel-3x5-stride-2x1-padding-0x2",
                        window(3, 5, 2, 1, 0, 2),
                        1,
                        0,
                        1,
                        90,
                        true),
                transposed("conv-transpose2d-groups-2", window(3, 5, 2, 1, 0, 2), 1, 0, 2, 45, true),
                transposed("conv-transpose2d-depthwise", new Window(2, 2, 0), 0, 0, 4, 4, false),
                new Case("max-pool2d", () -> new MaxPool2d(2)),
                new Case("max-pool2d-stride-1", () -> new MaxPool2d(3, 1)),
                new Case("max-pool2d-stride-3", () -> new MaxPool2d(2, 3)),
                new Case("max-pool2d-padding-1", () -> new MaxPool2d(3, 2, 1)),
                new Case("max-pool2d-kernel-3x4-stride-1x2-padding-0x2", () -> new MaxPool2d(window(3, 4, 1, 2, 0, 2))),
                new Case("avg-pool2d", () -> new AvgPool2d(2)),
                new Case("avg-pool2d-kernel-3-stride-2-padding-1", () -> new AvgPool2d(3, 2, 1)),
                new Case("avg-pool2d-kernel-3x4-stride-1x2-padding-0x2", () -> new AvgPool2d(window(3, 4, 1, 2, 0, 2))),
                new Case("global-avg-pool2d", GlobalAvgPool2d::new),
                new Case("batch-norm2d", () -> new BatchNorm2d(5)),
                new Case("gelu", Gelu::new),
                new Case("gelu-tanh", Gelu::tanh),
                new Case("softmax", Softmax::new),
                new Case("log-softmax", LogSoftmax::new),
                new Case("dropout", () -> new Dropout(0.3, TorchRandom.seeded(2147483647))),
                new Case(
                        "residual",
                        () -> new Residual(
                                new Linear(Tensor.zeros(7, 9), Tensor.zeros(9)),
                                new Tanh(),
                                new Linear(Tensor.zeros(9, 7), null))),
                new Case("layer-norm", () -> new LayerNorm(21)),
                new Case("layer-norm-3d", () -> new LayerNorm(21)),
                new Case("rms-norm", () -> new RMSNorm(21)),
                new Case("rms-norm-3d-epsilon-0.1", () -> new RMSNorm(21, 0.1)),
                new Case("flatten-consecutive-2", () -> new FlattenConsecutive(2)),
                new Case("flatten-consecutive-4", () -> new FlattenConsecutive(4)),
                batchNorm("pytorch", 21, BatchNormOptions.PYTORCH),
                batchNorm("pytorch-3d", 5, BatchNormOptions.PYTORCH),
                batchNorm("pytorch-first-axis", 5, BatchNormOptions.PYTORCH.withAxes(Axes.FIRST)),
                batchNorm("makemore-layer", 21, BatchNormOptions.MAKEMORE_LAYER),
                batchNorm("makemore-layer-3d", 5, BatchNormOptions.MAKEMORE_LAYER),
                batchNorm("makemore-part-3", 21, BatchNormOptions.MAKEMORE_PART_3));
    }

    private static Window window(int height, int width, int down, int across, int paddingHeight, int paddingWidth) {
        return new Window(new Size2d(height, width), new Size2d(down, across), new Size2d(paddingHeight, paddingWidth));
    }

    private static Case convolution(String file, Window window, int groups, int rows, int out, boolean bias) {
        return new Case(
                file, () -> new Conv2d(window, groups, Tensor.zeros(rows, out), bias ? Tensor.zeros(out) : null));
    }

    /** Of four input channels. */
    private static Case transposed(
            String file, Window window, int paddingHeight, int paddingWidth, int groups, int rows, boolean bias) {
        var outputPadding = new Size2d(paddingHeight, paddingWidth);
        int out = rows / window.area() * groups;
        return new Case(
                file,
                () -> new ConvTranspose2d(
                        window, outputPadding, groups, Tensor.zeros(rows, 4), bias ? Tensor.zeros(out) : null));
    }

    private static Case batchNorm(String file, int features, BatchNormOptions options) {
        return new Case("batch-norm-" + file, () -> new BatchNorm1d(features, options));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void follows_pytorch_in_float64(Case row) {
        requireEqual(row, DType.FLOAT64, 1e-12);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void follows_pytorch_in_float32(Case row) {
        requireEqual(row, DType.FLOAT32, 1e-5);
    }

    private static void requireEqual(Case row, DType dtype, double tolerance) {
        var golden = Golden.read("layers/" + row.file);
        var layer = row.layer.get();
        layer.to(dtype);
        golden.load(layer);
        requireStep(golden, "", layer, dtype, tolerance);
        layer.stateDict().forEach((name, tensor) -> {
            if (golden.has(name + ".after")) {
                golden.assertRelative(name + ".after", tensor, tolerance);
            }
        });
        if (golden.has("evaluation.out")) {
            layer.train(false);
            requireStep(golden, "evaluation.", layer, dtype, tolerance);
        }
        golden.assertAllUsed();
    }

    private static void requireStep(Golden golden, String prefix, Layer layer, DType dtype, double tolerance) {
        golden.assertRelative(prefix + "out", layer.forward(golden.get("x", dtype)), tolerance);
        layer.parameters().forEach(Parameter::zeroGrad);
        var dX = layer.backward(golden.get("out.grad", dtype));
        if (golden.get("x").dtype() != DType.INT32) {
            golden.assertRelative(prefix + "x.grad", dX, tolerance);
        }
        Golden.parameters(layer).forEach((name, parameter) -> {
            golden.assertRelative(prefix + name + ".grad", parameter.grad(), tolerance);
        });
    }

    @Test
    void every_file_of_a_layer_has_a_row() throws IOException {
        try (var files = Files.list(Golden.folder().resolve("layers"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            cases().map(row -> row.file + ".safetensors").toList());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void cross_entropy_follows_pytorch(DType dtype) {
        double tolerance = dtype == DType.FLOAT64 ? 1e-12 : 1e-5;
        var golden = Golden.read("cross-entropy");
        var loss = new CrossEntropyLoss();
        double value = loss.forward(golden.get("logits", dtype), golden.get("targets"));
        golden.assertRelative("loss", Tensor.of(new double[] {value}), tolerance);
        golden.assertRelative("logits.grad", loss.backward(), tolerance);
        golden.assertAllUsed();
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void mse_loss_follows_pytorch(DType dtype) {
        double tolerance = dtype == DType.FLOAT64 ? 1e-12 : 1e-5;
        var golden = Golden.read("mse-loss");
        var loss = new MseLoss();
        double value = loss.forward(golden.get("x", dtype), golden.get("target", dtype));
        golden.assertRelative("loss", Tensor.of(new double[] {value}), tolerance);
        golden.assertRelative("x.grad", loss.backward(), tolerance);
        golden.assertAllUsed();
    }
}
