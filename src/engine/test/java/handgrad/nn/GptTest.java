package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import handgrad.check.GradientCheck;
import handgrad.kernel.Allocation;
import handgrad.random.TorchRandom;
import handgrad.tensor.Attention;
import handgrad.tensor.Backend;
import handgrad.tensor.DType;
import handgrad.tensor.LossFunctions;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GptTest {
    private static final GptOptions SMALL =
            new GptOptions(7, 12, 2, 2, 8, 0, true, false, false, GptOptions.Draws.PYTORCH);

    private final TorchRandom random = TorchRandom.seeded(3);

    @ParameterizedTest
    @Tag("composition")
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void a_stream_equals_the_whole_pass(DType dtype) {
        var model = new Gpt(SMALL, random);
        model.to(dtype);
        var x = Tensor.randint(random, 7, 2, 12);
        var whole = model.forward(x).copy();
        for (int[] lengths : new int[][] {{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {5, 1, 1, 4, 1}, {12}}) {
            model.stream(true);
            int from = 0;
            for (int length : lengths) {
                var out = model.forward(x.narrow(1, from, length));
                var expected = whole.narrow(1, from, length);
                for (int i = 0; i < out.shape().elements(); i++) {
                    assertThat(out.getFlat(i))
                            .isCloseTo(expected.getFlat(i), within(dtype == DType.FLOAT32 ? 2e-5 : 1e-12));
                }
                from += length;
            }
            model.stream(false);
        }
        assertThat(model.forward(x)).isEqualTo(whole);
    }

    @Test
    @Tag("no-kernel")
    void a_stream_ends_at_the_block_size() {
        var model = new Gpt(SMALL, random);
        model.stream(true);
        model.forward(Tensor.randint(random, 7, 1, 11));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.forward(Tensor.randint(random, 7, 1, 2)))
                .withMessage("PositionalEmbedding: x (1, 2, 8) continues a stream at position 11, and the table has 12"
                        + " positions; call stream(true) for a new one");
        model.stream(true);
        assertThat(model.forward(Tensor.randint(random, 7, 1, 12)).shape()).isEqualTo(Shape.of(1, 12, 7));
    }

    @Test
    @Tag("composition")
    void no_position_sees_a_later_one() {
        var model = new Gpt(SMALL, random);
        var x = Tensor.randint(random, 7, 1, 12);
        var out = model.forward(x).copy();
        var other = x.copy();
        other.setFlat(8, (x.getFlat(8) + 1) % 7);
        var changed = model.forward(other);
        assertThat(changed.narrow(1, 0, 8)).isEqualTo(out.narrow(1, 0, 8));
        assertThat(changed.narrow(1, 8, 4)).isNotEqualTo(out.narrow(1, 8, 4));
    }

    @Test
    void every_number_of_threads_gives_the_same_bits() {
        int threads = Backend.threads();
        try {
            Backend.setThreads(1);
            var one = step();
            Backend.setThreads(3);
            assertThat(step()).isEqualTo(one);
        } finally {
            Backend.setThreads(threads);
        }
    }

    /** The gradient of the table after a pass with tiles of several heads, wide enough to be shared. */
    private static Tensor step() {
        var random = TorchRandom.seeded(5);
        var model = new Gpt(SMALL.withSizes(1, 4, 64).withBlockSize(150).withDropout(0.2), random);
        var loss = CrossEntropyLoss.inPlace();
        var x = Tensor.randint(random, 7, 3, 150);
        loss.forward(model.forward(x), x);
        model.backward(loss.backward());
        return model.parameters().getFirst().grad();
    }

    @ParameterizedTest
    @Tag("composition")
    @Tag("allocation")
    @ValueSource(booleans = {false, true})
    void a_step_in_steady_state_allocates_nothing(boolean tied) {
        var model = new Gpt(SMALL.withTied(tied).withDropout(0.1), random);
        var loss = CrossEntropyLoss.inPlace();
        var x = Tensor.randint(random, 7, 2, 6);
        assertThat(Allocation.leastBytes(() -> {
                    loss.forward(model.forward(x), x);
                    model.backward(loss.backward());
                }))
                .isZero();
    }

    @Test
    @Tag("composition")
    void dropout_is_checked_with_its_masks() {
        var model = new Gpt(SMALL.withDropout(0.3), random);
        GradientCheck.of(model).input(Tensor.randint(random, 7, 2, 5)).assertPasses();
        model.train(false);
        var x = Tensor.randint(random, 7, 2, 5);
        assertThat(model.forward(x).copy()).isEqualTo(model.forward(x));
    }

    @Test
    void dropout_keeps_the_mean_of_the_probabilities() {
        int positions = 400;
        var qkv = Tensor.zeros(1, positions, 3);
        for (int t = 0; t < positions; t++) {
            qkv.set(1, 0, t, 2);
        }
        var out = Tensor.zeros(1, positions, 1);
        Attention.causalSelfAttention(qkv, 1, 0.25, 9, Tensor.zeros(1, 1, positions), out);
        double last = out.get(0, positions - 1, 0);
        assertThat(last).isCloseTo(1, within(0.15)).isNotEqualTo(1);
        double mean = out.reshape(-1).sum(0).item() / positions;
        assertThat(mean).isCloseTo(1, within(0.05));
    }

    @Test
    @Tag("no-kernel")
    void gpt2_draws_as_nanogpt() {
        var model = new Gpt(GptOptions.NANO_CPU, TorchRandom.seeded(1337));
        var named = model.namedParameters();
        assertThat(model.parameterCount()).isEqualTo(804_096);
        assertThat(deviation(Objects.requireNonNull(named.get("tokens.weight"))))
                .isCloseTo(0.02, within(4e-4));
        assertThat(deviation(Objects.requireNonNull(named.get("blocks.3.contract.weight"))))
                .isCloseTo(0.02 / Math.sqrt(8), within(1e-4));
        assertThat(named).doesNotContainKeys("head.weight", "norm.bias", "blocks.0.attention.qkv.bias");
    }

    private static double deviation(Parameter parameter) {
        var x = parameter.value();
        return Math.sqrt(x.pow(2).reshape(-1).sum(0).item() / x.shape().elements());
    }

    @Test
    @Tag("no-kernel")
    void gpt2_has_124_million_parameters() {
        var options = GptOptions.GPT2;
        long block = 12L * options.embedding() * options.embedding() + 13L * options.embedding();
        long tables = (options.vocabulary() + options.blockSize()) * (long) options.embedding();
        assertThat(tables + options.layers() * block + 2L * options.embedding()).isEqualTo(124_439_808);
    }

    @Test
    void a_loss_in_place_gives_its_gradient_once() {
        var logits = Tensor.randn(random, 4, 7);
        var targets = Tensor.of(new int[] {1, 6, LossFunctions.IGNORED, 0}, 4);
        var plain = new CrossEntropyLoss();
        double value = plain.forward(logits, targets);
        var expected = plain.backward();
        var inPlace = CrossEntropyLoss.inPlace();
        assertThat(inPlace.forward(logits, targets)).isEqualTo(value);
        assertThat(inPlace.backward()).isSameAs(logits).isEqualTo(expected);
        assertThatIllegalStateException()
                .isThrownBy(inPlace::backward)
                .withMessage("CrossEntropyLoss.backward: the gradient stands where the logits were, and backward ran"
                        + " already; call forward again");
    }

    @Test
    @Tag("no-kernel")
    void a_stream_has_no_backward() {
        var attention = new CausalSelfAttention(4, 2, random);
        attention.stream(true);
        var out = attention.forward(Tensor.randn(random, 1, 2, 4));
        assertThatIllegalStateException()
                .isThrownBy(() -> attention.backward(out))
                .withMessage("CausalSelfAttention.backward: what a stream has seen is not kept for it; call"
                        + " stream(false), then forward");
    }
}
