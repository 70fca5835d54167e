package handgrad.check;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.check.result.TensorResult;
import handgrad.check.result.Verdict;
import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.nn.Parts;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The usual mistakes of attention's backward pass, each in a layer as a learner writes it: all are called wrong. */
@Tag("no-kernel")
class AttentionFaultsTest {
    private static final int WIDTH = 4;

    /** A mistake, and the gradients that it makes wrong. */
    enum Mistake {
        NONE,
        /** dV = P dOut in place of Pᵀ dOut. */
        PROBABILITIES_NOT_TRANSPOSED("input", "value"),
        /** dS = P ∘ dP: the sum over the row is left out. */
        SOFTMAX_WITHOUT_SUM("input", "query", "key"),
        /** The sum over the column in place of the row. */
        SOFTMAX_SUM_OF_COLUMN("input", "query", "key"),
        /** The gradient of the scores is not divided by √d. */
        NOT_SCALED("input", "query", "key"),
        /** It is divided by d. */
        SCALED_BY_SIZE("input", "query", "key"),
        /** dQ and dK are exchanged. */
        QUERY_AND_KEY_SWAPPED("input", "query", "key"),
        /** dK = dS q in place of dSᵀ q. */
        SCORES_NOT_TRANSPOSED("input", "key"),
        /** Later positions take part in dP: the mask is forgotten where P is no longer needed. */
        MASK_FORGOTTEN("input", "query", "key"),
        /** dX has the path through the values alone. */
        ONLY_VALUES("input"),
        /** dX misses the path through the keys. */
        KEYS_LEFT_OUT("input"),
        /** The gradient at x does not go past the attention. */
        RESIDUAL_FORGOTTEN("input"),
        /** dP is taken for dS: the softmax is passed over. */
        SOFTMAX_PASSED_OVER("input", "query", "key");

        @SuppressWarnings("ImmutableEnumChecker") // List.of
        private final List<String> wrong;

        Mistake(String... wrong) {
            this.wrong = List.of(wrong);
        }
    }

    /** out = x + softmax(q kᵀ / √d, causal) v of one head, for one sequence (T, WIDTH). */
    private static final class Head implements Layer {
        private static final double MASKED = -1e9;

        private final Mistake mistake;
        private final Parts parts = new Parts();
        private final Parameter query;
        private final Parameter key;
        private final Parameter value;
        private Tensor x = Tensor.zeros(0);
        private Tensor q = x;
        private Tensor k = x;
        private Tensor v = x;
        private Tensor p = x;

        Head(Mistake mistake) {
            this.mistake = mistake;
            var random = TorchRandom.seeded(17);
            query = parts.add(new Parameter("query", Tensor.randn(random, WIDTH, WIDTH)));
            key = parts.add(new Parameter("key", Tensor.randn(random, WIDTH, WIDTH)));
            value = parts.add(new Parameter("value", Tensor.randn(random, WIDTH, WIDTH)));
        }

        private static Tensor mask(Tensor scores) {
            var mask = scores.mul(0);
            for (int i = 0; i < mask.size(0); i++) {
                for (int j = i + 1; j < mask.size(1); j++) {
                    mask.set(1, i, j);
                }
            }
            return mask;
        }

        @Override
        public Tensor forward(Tensor x) {
            this.x = x;
            q = x.matmul(query.value());
            k = x.matmul(key.value());
            v = x.matmul(value.value());
            var scores = q.matmulTransposeB(k).div(Math.sqrt(WIDTH));
            p = scores.add(mask(scores).mul(MASKED)).softmax(1);
            return x.add(p.matmul(v));
        }

        @Override
        public Tensor backward(Tensor dOut) {
            var dV = mistake == Mistake.PROBABILITIES_NOT_TRANSPOSED ? p.matmul(dOut) : p.matmulTransposeA(dOut);
            var dP = dOut.matmulTransposeB(v);
            var dS = scoreGradient(dP);
            var dQ = dS.matmul(k);
            var dK = mistake == Mistake.SCORES_NOT_TRANSPOSED ? dS.matmul(q) : dS.matmulTransposeA(q);
            if (mistake == Mistake.QUERY_AND_KEY_SWAPPED) {
                var swap = dQ;
                dQ = dK;
                dK = swap;
            }
            query.grad().addInPlace(x.matmulTransposeA(dQ));
            key.grad().addInPlace(x.matmulTransposeA(dK));
            value.grad().addInPlace(x.matmulTransposeA(dV));
            var dX = dV.matmulTransposeB(value.value());
            if (mistake != Mistake.ONLY_VALUES) {
                dX = dX.add(dQ.matmulTransposeB(query.value()));
                if (mistake != Mistake.KEYS_LEFT_OUT) {
                    dX = dX.add(dK.matmulTransposeB(key.value()));
                }
            }
            return mistake == Mistake.RESIDUAL_FORGOTTEN ? dX : dX.add(dOut);
        }

        private Tensor scoreGradient(Tensor dP) {
            var dS = switch (mistake) {
                case SOFTMAX_WITHOUT_SUM -> p.mul(dP);
                case SOFTMAX_SUM_OF_COLUMN -> p.mul(dP.sub(p.mul(dP).sum(0, true)));
                case SOFTMAX_PASSED_OVER -> dP.mul(mask(dP).mul(-1).add(1));
                case MASK_FORGOTTEN -> p.mul(dP.sub(dP.sum(1, true).div(dP.size(1))));
                default -> p.mul(dP.sub(p.mul(dP).sum(1, true)));
            };
            return switch (mistake) {
                case NOT_SCALED -> dS;
                case SCALED_BY_SIZE -> dS.div(WIDTH);
                default -> dS.div(Math.sqrt(WIDTH));
            };
        }

        @Override
        public Parts parts() {
            return parts;
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_mistake_is_called_wrong(Mistake mistake) {
        var x = Tensor.randn(TorchRandom.seeded(18), 5, WIDTH);
        var report = GradientCheck.of(new Head(mistake)).input(x).run();
        var wrong = report.tensors().stream()
                .filter(tensor -> tensor.verdict() == Verdict.WRONG)
                .map(TensorResult::name)
                .toList();
        assertThat(wrong).containsExactlyInAnyOrderElementsOf(mistake.wrong);
    }
}
