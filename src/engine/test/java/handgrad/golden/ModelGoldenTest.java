package handgrad.golden;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The models of makemore parts 2 and 3, with a hidden layer of 100, against PyTorch from the seed to the tenth step.
 */
@Tag("composition")
class ModelGoldenTest {
    private static final int STEPS = 10;
    private static final int BATCH = 32;
    private static final int CONTEXT = 3;

    /** A file, and the model that it is of, with weights drawn in the order of the notebook. */
    record Case(String file, Function<TorchRandom, Sequential> model) {
        @Override
        public String toString() {
            return file;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(new Case("mlp", ModelGoldenTest::mlp), new Case("mlp-bn", ModelGoldenTest::mlpBn));
    }

    private static Sequential mlp(TorchRandom random) {
        var table = Tensor.randn(random, 27, 10);
        var weight1 = Tensor.randn(random, 30, 100);
        var bias1 = Tensor.randn(random, 100);
        var weight2 = Tensor.randn(random, 100, 27);
        var bias2 = Tensor.randn(random, 27);
        return new Sequential(
                new Embedding(table),
                new FlattenConsecutive(CONTEXT),
                new Linear(weight1, bias1),
                new Tanh(),
                new Linear(weight2, bias2));
    }

    private static Sequential mlpBn(TorchRandom random) {
        var table = Tensor.randn(random, 27, 10);
        var weight1 = Tensor.randn(random, 30, 100).mul(5.0 / 3).div(Math.sqrt(30));
        var weight2 = Tensor.randn(random, 100, 27).mul(0.01);
        var bias2 = Tensor.randn(random, 27).mul(0);
        return new Sequential(
                new Embedding(table),
                new FlattenConsecutive(CONTEXT),
                new Linear(weight1, null),
                new BatchNorm1d(100, BatchNormOptions.MAKEMORE_PART_3),
                new Tanh(),
                new Linear(weight2, bias2));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void draws_the_weights_and_batches_of_pytorch(Case row) {
        var golden = Golden.read(row.file);
        var random = TorchRandom.seeded(2147483647L);
        var model = row.model.apply(random);
        Golden.parameters(model).forEach((name, p) -> golden.assertRelative(name, p.value(), 1e-6));
        assertThat(Tensor.randint(random, 27, STEPS, BATCH, CONTEXT)).isEqualTo(golden.get("x"));
        assertThat(Tensor.randint(random, 27, STEPS, BATCH)).isEqualTo(golden.get("y"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradients_and_ten_losses_follow_pytorch_in_float64(Case row) {
        requireEqual(row, DType.FLOAT64, "losses", 1e-12);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradients_and_ten_losses_follow_pytorch_in_float32(Case row) {
        requireEqual(row, DType.FLOAT32, "losses.float32", 1e-5);
    }

    private static void requireEqual(Case row, DType dtype, String losses, double tolerance) {
        var golden = Golden.read(row.file);
        var model = row.model.apply(TorchRandom.seeded(2147483647L));
        model.to(dtype);
        golden.load(model);
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(model.parameters());
        double[] values = new double[STEPS];
        for (int step = 0; step < STEPS; step++) {
            var batch = Tensor.of(new int[] {step});
            var logits = model.forward(golden.get("x").index(batch));
            values[step] = loss.forward(logits, golden.get("y").index(batch));
            sgd.zeroGrad();
            model.backward(loss.backward());
            if (step == 0) {
                Golden.parameters(model)
                        .forEach((name, p) -> golden.assertRelative(name + ".grad", p.grad(), tolerance));
            }
            sgd.step(0.1);
        }
        golden.assertRelative(losses, Tensor.of(values, STEPS), tolerance);
    }
}
