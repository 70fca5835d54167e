package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import handgrad.random.TorchRandom;
import handgrad.tensor.Attention;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CausalSelfAttentionTest {
    private static final int HEADS = 2;
    private static final int WIDTH = 6;

    /** The values mixed by them, and projected, are the output. */
    @Test
    void the_probabilities_are_those_that_mix_the_values() {
        var attention = new CausalSelfAttention(WIDTH, HEADS, TorchRandom.seeded(1));
        attention.to(DType.FLOAT64);
        var x = Tensor.randn(TorchRandom.seeded(2), 2, 5, WIDTH).to(DType.FLOAT64);
        var out = attention.forward(x).copy();
        var p = attention.probabilities();
        assertThat(p.shape().toString()).isEqualTo("(2, 2, 5, 5)");
        var layers = attention.parts().layers();
        var qkv = Objects.requireNonNull(layers.get("qkv")).forward(x).copy();
        var heads = new Tensor[2];
        for (int n = 0; n < 2; n++) {
            var mixed = new Tensor[HEADS];
            for (int head = 0; head < HEADS; head++) {
                var map = p.narrow(0, n, 1).narrow(1, head, 1).reshape(5, 5);
                assertThat(map.get(1, 2)).isZero();
                assertThat(map.sum(1).get(3)).isEqualTo(1, within(1e-12));
                var v = qkv.narrow(0, n, 1).reshape(5, 3 * WIDTH).narrow(1, 2 * WIDTH + head * 3, 3);
                mixed[head] = map.matmul(v);
            }
            heads[n] = Tensor.cat(1, mixed);
        }
        var again = Objects.requireNonNull(layers.get("projection")).forward(Tensor.stack(0, heads));
        assertThat(again.sub(out).abs().reshape(60).max(0, false).item()).isLessThan(1e-12);
    }

    /** A query beyond all bounds spoils what it mixes, and the keys that it sees, but none that it does not see. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5, 15, 16, 18})
    void a_query_that_overflows_spoils_nothing_behind_it(int position) {
        int positions = 20;
        int d = 16;
        var qkv = Tensor.ones(1, positions, 3 * d);
        for (int j = 0; j < d; j++) {
            qkv.set(Float.MAX_VALUE, 0, position, j);
        }
        var logarithms = Tensor.zeros(1, 1, positions);
        var out = Tensor.zeros(1, positions, d);
        Attention.causalSelfAttention(qkv, 1, 0, 0, logarithms, out);
        var dQkv = Tensor.zeros(1, positions, 3 * d);
        Attention.causalSelfAttentionBackward(qkv, 1, 0, 0, logarithms, out, Tensor.ones(1, positions, d), dQkv);
        for (int i = 0; i < positions; i++) {
            assertThat(Double.isNaN(out.get(0, i, 3))).as("out %d", i).isEqualTo(i == position);
            assertThat(Double.isNaN(dQkv.get(0, i, 3))).as("dQ %d", i).isEqualTo(i == position);
            assertThat(Double.isNaN(dQkv.get(0, i, d + 3))).as("dK %d", i).isEqualTo(i <= position);
            assertThat(Double.isNaN(dQkv.get(0, i, 2 * d + 3))).as("dV %d", i).isEqualTo(i <= position);
        }
    }

    @Test
    void there_are_none_before_a_pass_or_in_a_stream() {
        var attention = new CausalSelfAttention(WIDTH, HEADS, TorchRandom.seeded(1));
        var message = "CausalSelfAttention.probabilities: wants a forward pass of whole sequences before; call"
                + " stream(false), then forward";
        assertThatIllegalStateException().isThrownBy(attention::probabilities).withMessage(message);
        attention.forward(Tensor.ones(1, 2, WIDTH));
        attention.stream(true);
        assertThatIllegalStateException().isThrownBy(attention::probabilities).withMessage(message);
    }
}
