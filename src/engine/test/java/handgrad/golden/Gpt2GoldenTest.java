package handgrad.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.io.Gpt2DebugState;
import handgrad.io.Gpt2Model;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Gpt;
import handgrad.optim.AdamOptions;
import handgrad.optim.AdamW;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A small GPT-2 beside PyTorch, by way of llm.c's files, which {@code make_gpt2.py} makes. */
@Tag("composition")
class Gpt2GoldenTest {
    private final Path folder = Golden.folder().resolve("gpt2");
    private final Gpt model = load("model.bin");
    private final Gpt2DebugState state = state();
    private final CrossEntropyLoss loss = new CrossEntropyLoss();

    private Gpt load(String name) {
        try {
            return Gpt2Model.read(folder.resolve(name)).load();
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    private Gpt2DebugState state() {
        try {
            return Gpt2DebugState.read(folder.resolve("debug-state.bin"), Gpt2Model.read(folder.resolve("model.bin")));
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    private double step() {
        double value = loss.forward(model.forward(state.x()), state.y());
        model.parameters().forEach(parameter -> parameter.zeroGrad());
        model.backward(loss.backward());
        return value;
    }

    private static void assertNear(String name, Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).as(name).isEqualTo(expected.shape());
        var difference =
                actual.to(DType.FLOAT64).sub(expected.to(DType.FLOAT64)).abs();
        double largest = expected.abs().reshape(-1).max(0, false).item();
        assertThat(difference.reshape(-1).max(0, false).item()).as(name).isLessThanOrEqualTo(tolerance * largest);
    }

    @Test
    void logits_and_gradients_are_pytorchs() {
        assertThat(step()).isCloseTo(state.loss(), within(1e-5));
        assertNear("logits", model.forward(state.x()), state.logits(), 1e-5);
        var parameters = model.namedParameters();
        assertThat(parameters.keySet()).isEqualTo(state.gradients().keySet());
        parameters.forEach((name, parameter) -> assertNear(
                name, parameter.grad(), Objects.requireNonNull(state.gradients().get(name)), 1e-4));
    }

    @Test
    void the_losses_of_ten_steps_are_pytorchs() throws IOException {
        var options = AdamOptions.PYTORCH.withWeightDecay(0.01);
        var adam = new AdamW(model.parameters(), options);
        var losses = Files.readAllLines(folder.resolve("losses.txt"));
        assertThat(losses).hasSize(10);
        for (var expected : losses) {
            assertThat(step()).isCloseTo(Double.parseDouble(expected), within(2e-5));
            adam.step(1e-4);
        }
    }

    @Test
    void bfloat16_is_float32_cut_to_eight_bits() {
        var exact = model.stateDict();
        load("model-bf16.bin").stateDict().forEach((name, tensor) -> {
            var expected = Objects.requireNonNull(exact.get(name));
            for (int i = 0; i < expected.shape().elements(); i++) {
                double x = expected.getFlat(i);
                assertThat(tensor.getFlat(i)).as(name).isCloseTo(x, within(Math.abs(x) / 256));
                assertThat(Float.floatToIntBits(tensor.floats()[i]) & 0xffff).isZero();
            }
        });
    }
}
