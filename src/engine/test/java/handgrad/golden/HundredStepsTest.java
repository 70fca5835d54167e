package handgrad.golden;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.io.SafetensorsException;
import handgrad.io.TorchWeights;
import handgrad.nn.BatchNorm2d;
import handgrad.nn.Conv2d;
import handgrad.nn.Conv2dOptions;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Flatten;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.MaxPool2d;
import handgrad.nn.Relu;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.optim.AdamOptions;
import handgrad.optim.AdamW;
import handgrad.optim.Optimizer;
import handgrad.optim.Sgd;
import handgrad.optim.SgdOptions;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A small network of convolutions and a perceptron, in float32 from PyTorch's weights, beside PyTorch's losses. */
@Tag("composition")
class HundredStepsTest {
    private static final int STEPS = 100;
    private static final int BATCH = 32;
    private static final int BATCHES = 4;

    /** The largest difference of a loss. */
    private static final double TOLERANCE = 1e-4;

    private final TorchRandom random = TorchRandom.seeded(2147483647L);
    private final Tensor x = Tensor.randn(random, BATCHES * BATCH, 1, 12, 12);

    @Test
    void convolutions_with_nesterov_momentum() throws SafetensorsException {
        var model = new Sequential(
                new Conv2d(1, 8, 3, Conv2dOptions.PYTORCH.withPadding(1), random),
                new BatchNorm2d(8),
                new Relu(),
                new MaxPool2d(2),
                new Conv2d(8, 16, 3, Conv2dOptions.PYTORCH.withStride(2), random),
                new Relu(),
                new Flatten(1, 3),
                new Linear(64, 4, random));
        var options = SgdOptions.PYTORCH.withMomentum(0.9).withNesterov(true);
        requireLosses("cnn", model, new Sgd(model.parameters(), options), 0.05);
    }

    @Test
    void a_perceptron_with_decoupled_decay() throws SafetensorsException {
        var model =
                new Sequential(new Flatten(1, 3), new Linear(144, 64, random), new Tanh(), new Linear(64, 4, random));
        requireLosses("mlp", model, new AdamW(model.parameters(), AdamOptions.PYTORCH.withWeightDecay(0.1)), 0.01);
    }

    private void requireLosses(String name, Layer model, Optimizer optimizer, double rate) throws SafetensorsException {
        TorchWeights.load(Golden.folder().resolve("hundred-steps-" + name + ".safetensors"), model);
        var golden = Golden.read("hundred-steps");
        var y = golden.get("y");
        var loss = new CrossEntropyLoss();
        for (int step = 0; step < STEPS; step++) {
            int first = step % BATCHES * BATCH;
            double value = loss.forward(model.forward(x.narrow(0, first, BATCH)), y.narrow(0, first, BATCH));
            double pytorch = golden.get(name).getFlat(step);
            assertThat(Math.abs(value - pytorch))
                    .as("step %d, loss %s, PyTorch's %s", step, value, pytorch)
                    .isLessThanOrEqualTo(TOLERANCE);
            optimizer.zeroGrad();
            model.backward(loss.backward());
            optimizer.step(rate);
        }
    }
}
