package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The layers that look back: what they see, and that a stream gives what the whole sequence gives. */
class CausalConvTest {
    private static final int POSITIONS = 20;
    private static final int CHANNELS = 5;

    static Stream<Layer> layers() {
        var random = TorchRandom.seeded(1);
        return Stream.of(
                new CausalConv1d(CHANNELS, 3, 4, true, random),
                new CausalConv1d(3, 2, Tensor.randn(random, 3 * CHANNELS, 4), null),
                new GatedResidualStack(CHANNELS, 6, new int[] {1, 2, 4}, random),
                new Sequential(
                        new CausalConv1d(CHANNELS, 6, 2, true, random),
                        new Tanh(),
                        new CausalConv1d(6, 4, 3, true, random)));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void no_output_sees_the_future(Layer layer) {
        var x = Tensor.randn(TorchRandom.seeded(2), 2, POSITIONS, CHANNELS);
        var before = layer.forward(x).copy();
        int lookBack = POSITIONS - before.size(1);
        for (int t = 0; t < POSITIONS; t++) {
            var changed = x.copy();
            changed.set(changed.get(1, t, 2) + 1, 1, t, 2);
            var after = layer.forward(changed);
            assertThat(after.narrow(0, 0, 1)).as("the other sequence").isEqualTo(before.narrow(0, 0, 1));
            int unchanged = Math.clamp(t - lookBack, 0, before.size(1));
            assertThat(after.narrow(1, 0, unchanged))
                    .as("outputs before position %d", t)
                    .isEqualTo(before.narrow(1, 0, unchanged));
            if (t >= lookBack) {
                assertThat(after.narrow(1, t - lookBack, 1))
                        .as("output at position %d", t)
                        .isNotEqualTo(before.narrow(1, t - lookBack, 1));
            }
        }
    }

    /** One row at a time goes another way through the matrix products, so the bits may differ; float64 is close. */
    @ParameterizedTest
    @MethodSource("layers")
    void a_stream_gives_what_the_whole_sequence_gives(Layer layer) {
        layer.to(DType.FLOAT64);
        var x = Tensor.randn(TorchRandom.seeded(3), 2, POSITIONS, CHANNELS).to(DType.FLOAT64);
        var whole = layer.forward(x).copy();
        int lookBack = POSITIONS - whole.size(1);
        for (int stream = 0; stream < 2; stream++) { // the second begins anew
            layer.stream(true);
            for (int t = 0; t < POSITIONS; t++) {
                var out = layer.forward(x.narrow(1, t, 1));
                if (t >= lookBack) {
                    var difference = out.sub(whole.narrow(1, t - lookBack, 1)).abs();
                    assertThat(difference.reshape(-1).max(0, false).item())
                            .as("position %d", t)
                            .isLessThan(1e-13);
                }
            }
        }
        layer.stream(false);
        assertThat(layer.forward(x)).isEqualTo(whole);
    }

    @Test
    void a_stream_goes_on_in_another_type() {
        var convolution = new CausalConv1d(2, 3, 1, true, TorchRandom.seeded(1));
        var x = Tensor.randn(TorchRandom.seeded(2), 1, 4, 2);
        convolution.stream(true);
        var first = convolution.forward(x).copy();
        convolution.stream(true);
        convolution.forward(x.narrow(1, 0, 2));
        convolution.to(DType.FLOAT64);
        var rest = convolution.forward(x.narrow(1, 2, 2).to(DType.FLOAT64));
        for (int i = 0; i < rest.shape().elements(); i++) {
            assertThat(rest.getFlat(i)).isCloseTo(first.narrow(1, 2, 2).getFlat(i), within(1e-6));
        }
    }

    @Test
    void before_a_stream_there_are_zeros() {
        var layer = new CausalConv1d(2, 1, Tensor.of(new float[] {10, 1}, 2, 1), null);
        layer.stream(true);
        var out = layer.forward(Tensor.of(new float[] {1, 2, 3}, 1, 3, 1));
        assertThat(out).isEqualTo(Tensor.of(new float[] {1, 12, 23}, 1, 3, 1));
    }

    @Test
    @Tag("no-kernel")
    void a_stream_has_no_backward() {
        var layer = new CausalConv1d(1, 1, 1, true, TorchRandom.seeded(1));
        layer.stream(true);
        layer.forward(Tensor.zeros(1, 1, 1));
        assertThatIllegalStateException()
                .isThrownBy(() -> layer.backward(Tensor.zeros(1, 1, 1)))
                .withMessage(
                        "CausalConv1d.backward: the past of a stream is not kept; call stream(false), then forward");
    }

    @Test
    void a_convolution_is_a_linear_layer_on_flattened_neighbours() {
        var random = TorchRandom.seeded(4);
        var weight = Tensor.randn(random, 2 * CHANNELS, 7);
        var bias = Tensor.randn(random, 7);
        var linear = new Linear(weight, bias);
        var convolution = new CausalConv1d(2, 1, weight, bias);
        var x = Tensor.randn(random, 3, 2, CHANNELS);
        var tree = linear.forward(new FlattenConsecutive(2).forward(x));
        assertThat(convolution.forward(x).reshape(3, 7)).isEqualTo(tree);
    }

    @Test
    @Tag("no-kernel")
    void parameters_of_a_stack_are_named_by_block() {
        var stack = new GatedResidualStack(3, 4, new int[] {1, 2}, TorchRandom.seeded(1));
        assertThat(stack.stateDict().keySet())
                .containsExactly(
                        "0.convolution.weight",
                        "0.convolution.bias",
                        "0.residual.weight",
                        "0.residual.bias",
                        "1.convolution.weight",
                        "1.convolution.bias",
                        "skip.weight",
                        "skip.bias");
        assertThat(stack.parameterCount()).isEqualTo(2 * (6 * 6 + 6) + 3 * 3 + 3 + 6 * 4 + 4);
        assertThat(stack.forward(Tensor.zeros(2, 9, 3)).shape()).isEqualTo(Shape.of(2, 6, 4));
    }

    @Test
    void ignored_rows_count_neither_in_the_loss_nor_in_the_gradient() {
        var logits = Tensor.randn(TorchRandom.seeded(5), 4, 27);
        var some = new CrossEntropyLoss();
        double value = some.forward(logits, Tensor.of(new int[] {5, -100, 7, -100}, 4));
        var counted = Tensor.cat(0, logits.narrow(0, 0, 1), logits.narrow(0, 2, 1));
        var alone = new CrossEntropyLoss();
        assertThat(value).isEqualTo(alone.forward(counted, Tensor.of(new int[] {5, 7}, 2)), within(1e-12));
        var gradient = some.backward();
        assertThat(gradient.narrow(0, 0, 1)).isEqualTo(alone.backward().narrow(0, 0, 1));
        assertThat(gradient.narrow(0, 2, 1)).isEqualTo(alone.backward().narrow(0, 1, 1));
        assertThat(gradient.narrow(0, 1, 1)).isEqualTo(Tensor.zeros(1, 27));
        assertThat(gradient.narrow(0, 3, 1)).isEqualTo(Tensor.zeros(1, 27));
    }
}
