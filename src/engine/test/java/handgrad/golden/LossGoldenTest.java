package handgrad.golden;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.nn.BCEWithLogitsLoss;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.CrossEntropyOptions;
import handgrad.nn.HuberLoss;
import handgrad.nn.KLDivLoss;
import handgrad.nn.L1Loss;
import handgrad.nn.Loss;
import handgrad.nn.MseLoss;
import handgrad.nn.NLLLoss;
import handgrad.tensor.DType;
import handgrad.tensor.LossReduction;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every loss against PyTorch by its mean and its sum: its value, and the gradient of its input. */
@Tag("no-product")
class LossGoldenTest {
    private static final List<Double> WEIGHTS =
            IntStream.range(0, 21).mapToObj(c -> c / 10.0).toList();

    /** A file of the folder losses, and the loss that it is of. */
    record Case(String file, Function<LossReduction, Loss> loss) {
        @Override
        public String toString() {
            return file;
        }
    }

    static Stream<Case> cases() {
        var weighted = CrossEntropyOptions.PYTORCH.withClassWeights(
                WEIGHTS.stream().mapToDouble(Double::doubleValue).toArray());
        return Stream.of(
                new Case("l1", L1Loss::new),
                new Case("mse", MseLoss::new),
                new Case("huber", reduction -> new HuberLoss(0.5, reduction)),
                new Case("bce-with-logits", BCEWithLogitsLoss::new),
                new Case("kl-div", KLDivLoss::new),
                new Case(
                        "kl-div-batch",
                        reduction ->
                                new KLDivLoss(reduction == LossReduction.MEAN ? LossReduction.BATCH_MEAN : reduction)),
                new Case("nll", reduction -> new NLLLoss(List.of(), reduction)),
                new Case("nll-weighted", reduction -> new NLLLoss(WEIGHTS, reduction)),
                crossEntropy("plain", CrossEntropyOptions.PYTORCH),
                crossEntropy("smoothed", CrossEntropyOptions.PYTORCH.withLabelSmoothing(0.1)),
                crossEntropy("weighted", weighted),
                crossEntropy("weighted-smoothed", weighted.withLabelSmoothing(0.1)),
                crossEntropy("3d", CrossEntropyOptions.PYTORCH));
    }

    private static Case crossEntropy(String file, CrossEntropyOptions options) {
        return new Case("cross-entropy-" + file, reduction -> new CrossEntropyLoss(options.withReduction(reduction)));
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
        var golden = Golden.read("losses/" + row.file);
        for (var reduction : List.of(LossReduction.MEAN, LossReduction.SUM)) {
            var prefix = reduction == LossReduction.MEAN ? "mean." : "sum.";
            var loss = row.loss.apply(reduction);
            double value = loss.forward(golden.get("x", dtype), golden.get("target", dtype));
            golden.assertRelative(prefix + "loss", Tensor.of(new double[] {value}), tolerance);
            golden.assertRelative(prefix + "x.grad", loss.backward(), tolerance);
        }
        golden.assertAllUsed();
    }

    @Test
    void every_file_of_a_loss_has_a_row() throws IOException {
        try (var files = Files.list(Golden.folder().resolve("losses"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            cases().map(row -> row.file + ".safetensors").toList());
        }
    }
}
