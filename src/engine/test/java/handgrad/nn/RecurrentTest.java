package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import handgrad.kernel.Allocation;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers that go step by step: what they see, streams, and what a step costs. */
class RecurrentTest {
    private static final int STEPS = 9;
    private static final int IN = 5;

    private static Tensor drawn(int seed, int... sizes) {
        return Tensor.randn(TorchRandom.seeded(seed), sizes);
    }

    /** Starts that are not zeros, so that it shows where one is forgotten. */
    static Stream<Layer> layers() {
        var random = TorchRandom.seeded(1);
        var rnn = Rnn.makemore(IN, 6, random);
        var gru = new MakemoreGru(IN, 6, random);
        Objects.requireNonNull(rnn.stateDict().get("start")).copyFrom(drawn(2, 1, 6));
        Objects.requireNonNull(gru.stateDict().get("start")).copyFrom(drawn(3, 1, 6));
        return Stream.of(
                new Rnn(IN, 6, random),
                rnn,
                new Gru(IN, 6, random),
                gru,
                new Lstm(IN, 6, random),
                new Lstm(drawn(4, IN, 16), null, drawn(5, 4, 16), drawn(6, 16), drawn(7, 1, 4), drawn(8, 1, 4)),
                new CausalMean(),
                new BagOfWords(IN, 7, random),
                new Sequential(new Rnn(IN, 6, random), new Gru(6, 4, random)));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void an_output_sees_its_sequence_up_to_its_position(Layer layer) {
        var x = drawn(9, 2, STEPS, IN);
        var before = layer.forward(x).copy();
        for (int t = 0; t < STEPS; t++) {
            var changed = x.copy();
            changed.set(changed.get(1, t, 2) + 1, 1, t, 2);
            var after = layer.forward(changed);
            assertThat(after.narrow(0, 0, 1)).as("the other sequence").isEqualTo(before.narrow(0, 0, 1));
            assertThat(after.narrow(1, 0, t)).as("before position %d", t).isEqualTo(before.narrow(1, 0, t));
            for (int later = t; later < STEPS; later++) {
                assertThat(after.narrow(1, later, 1))
                        .as("position %d after a change of position %d", later, t)
                        .isNotEqualTo(before.narrow(1, later, 1));
            }
        }
    }

    /** Other shapes go another way through the matrix products, so the bits may differ; float64 is close. */
    @ParameterizedTest
    @MethodSource("layers")
    void a_stream_gives_what_the_whole_sequence_gives(Layer layer) {
        layer.to(DType.FLOAT64);
        var x = drawn(10, 2, STEPS, IN).to(DType.FLOAT64);
        var whole = layer.forward(x).copy();
        for (int[] pieces : new int[][] {{1, 1, 1, 1, 1, 1, 1, 1, 1}, {2, 4, 3}, {9}}) {
            layer.stream(true); // begins anew
            int t = 0;
            for (int piece : pieces) {
                var out = layer.forward(x.narrow(1, t, piece));
                var difference = out.sub(whole.narrow(1, t, piece)).abs();
                assertThat(difference.reshape(-1).max(0, false).item())
                        .as("position %d", t)
                        .isLessThan(1e-13);
                t += piece;
            }
        }
        layer.stream(false);
        assertThat(layer.forward(x)).isEqualTo(whole);
        assertThat(layer.forward(x)).as("nothing is left of the pass before").isEqualTo(whole);
    }

    @ParameterizedTest
    @MethodSource("layers")
    void a_stream_goes_on_in_another_type(Layer layer) {
        var x = drawn(11, 2, STEPS, IN);
        var whole = layer.forward(x).copy();
        layer.stream(true);
        layer.forward(x.narrow(1, 0, 4));
        layer.to(DType.FLOAT64);
        var rest = layer.forward(x.narrow(1, 4, 5).to(DType.FLOAT64));
        var difference = rest.sub(whole.narrow(1, 4, 5).to(DType.FLOAT64)).abs();
        assertThat(difference.reshape(-1).max(0, false).item()).isLessThan(1e-5);
    }

    @Test
    @Tag("no-kernel")
    void a_stream_has_no_backward() {
        layers().filter(layer -> !(layer instanceof Sequential || layer instanceof BagOfWords))
                .forEach(layer -> {
                    layer.stream(true);
                    var out = layer.forward(Tensor.zeros(1, 2, IN));
                    assertThatIllegalStateException()
                            .isThrownBy(() -> layer.backward(out))
                            .withMessage(layer.getClass().getSimpleName() + ".backward: the past of a stream is not"
                                    + " kept; call stream(false), then forward");
                });
    }

    @Test
    @Tag("no-kernel")
    void a_stream_has_as_many_sequences_as_it_began_with() {
        layers().filter(layer -> !(layer instanceof Sequential || layer instanceof BagOfWords))
                .forEach(layer -> {
                    layer.stream(true);
                    layer.forward(Tensor.zeros(2, 1, IN));
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> layer.forward(Tensor.zeros(3, 1, IN)))
                            .withMessage(layer.getClass().getSimpleName() + ": the stream has 2 sequences, x is"
                                    + " (3, 1, 5); call stream(true) to begin another");
                    layer.stream(true);
                    layer.forward(Tensor.zeros(3, 1, IN));
                });
    }

    @Test
    @Tag("no-kernel")
    void a_gradient_of_another_shape_is_refused() {
        var rnn = new Rnn(IN, 6, TorchRandom.seeded(1));
        rnn.forward(Tensor.zeros(2, 3, IN));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rnn.backward(Tensor.zeros(2, 4, 6)))
                .withMessage("rnnBackward: dGates must be (2, 4, 6), it is (2, 3, 6)");
    }

    @ParameterizedTest
    @Tag("allocation")
    @MethodSource("layers")
    void a_step_in_steady_state_allocates_nothing(Layer layer) {
        var x = drawn(12, 3, 4, IN);
        assertThat(Allocation.leastBytes(() -> layer.backward(layer.forward(x))))
                .isZero();
    }

    /** 300 sequences are more than a block of gates has room for. */
    @Test
    void the_bits_do_not_depend_on_the_number_of_threads() {
        int threads = Backend.threads();
        try {
            List<List<Tensor>> results = new ArrayList<>();
            for (int count : new int[] {1, 3}) {
                Backend.setThreads(count);
                var random = TorchRandom.seeded(13);
                var x = Tensor.randn(random, 300, 4, 24);
                List<Tensor> result = new ArrayList<>();
                for (var layer : List.of(
                        new Rnn(24, 120, random),
                        new Gru(24, 40, random),
                        new Lstm(24, 40, random),
                        new MakemoreGru(24, 40, random),
                        new BagOfWords(24, 40, random))) {
                    var out = layer.forward(x);
                    result.add(out.copy());
                    result.add(layer.backward(out));
                    layer.parameters().forEach(parameter -> result.add(parameter.grad()));
                }
                results.add(result);
            }
            assertThat(results.get(1)).isEqualTo(results.get(0));
        } finally {
            Backend.setThreads(threads);
        }
    }

    @Test
    @Tag("no-kernel")
    void parameters_have_names_and_makemore_s_counts() {
        var random = TorchRandom.seeded(1);
        assertThat(Rnn.makemore(64, 64, random).stateDict().keySet())
                .containsExactly("input.weight", "input.bias", "hidden.weight", "start");
        assertThat(new Lstm(
                                Tensor.zeros(3, 4),
                                Tensor.zeros(4),
                                Tensor.zeros(1, 4),
                                Tensor.zeros(4),
                                Tensor.zeros(1, 1),
                                Tensor.zeros(1, 1))
                        .stateDict()
                        .keySet())
                .containsExactly("input.weight", "input.bias", "hidden.weight", "hidden.bias", "start", "startCell");
        assertThat(new BagOfWords(3, 4, random).stateDict().keySet())
                .containsExactly("mlp.f.0.weight", "mlp.f.0.bias", "mlp.f.2.weight", "mlp.f.2.bias");
        // Of the whole models 11,803 and 28,315: less the table (27, 64) and the head (64, 27) with its bias.
        int others = 27 * 64 + 64 * 27 + 27;
        assertThat(Rnn.makemore(64, 64, random).parameterCount()).isEqualTo(11_803 - others);
        assertThat(new MakemoreGru(64, 64, random).parameterCount()).isEqualTo(28_315 - others);
        assertThat(new BagOfWords(64, 64, random).parameterCount()).isEqualTo(12_827 - others - 16 * 64);
        assertThat(new Lstm(3, 4, random).forward(Tensor.zeros(2, 5, 3)).shape())
                .isEqualTo(Shape.of(2, 5, 4));
    }
}
