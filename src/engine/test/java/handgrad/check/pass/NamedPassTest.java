package handgrad.check.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Variance;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The network of makemore part 4 (SYSTEMS.md: batch 32, hidden 64, 27 characters), gradient for gradient. */
@Tag("no-kernel")
class NamedPassTest {
    private static final int BATCH = 32;

    private static final TorchRandom random = TorchRandom.seeded(2147483647L);
    private static final Tensor x = Tensor.randint(random, 27, BATCH, 3);
    private static final Tensor y = Tensor.randint(random, 27, BATCH);
    private static final Tensor table = normal(1, 27, 10);
    private static final Tensor weight1 = normal(5.0 / 3 / Math.sqrt(30), 30, 24);
    private static final Tensor bias1 = normal(0.1, 24);
    private static final Tensor weight2 = normal(0.1, 24, 27);
    private static final Tensor bias2 = normal(0.1, 27);
    private static final Tensor gain = normal(0.1, 1, 24).add(1);
    private static final Tensor bias = normal(0.1, 1, 24);

    private static final NamedPass pass = NamedPass.of(NamedPassTest::run);
    private static final Map<String, Tensor> gradients = gradients();

    private static final NamedPass exactPass = NamedPass.of(NamedPassTest::run).exact(gradients);

    private static Tensor normal(double scale, int... shape) {
        return Tensor.randn(random, shape).to(DType.FLOAT64).mul(scale);
    }

    private static Tensor run(NamedPass.Names names) {
        var C = names.name("C", table);
        var emb = names.name("emb", C.index(x));
        var embcat = names.name("embcat", emb.reshape(BATCH, 30));
        var W1 = names.name("W1", weight1);
        var b1 = names.name("b1", bias1);
        var hprebn = names.name("hprebn", embcat.matmul(W1).add(b1));
        var bnmeani = names.name("bnmeani", hprebn.mean(0, true));
        var bndiff = names.name("bndiff", hprebn.sub(bnmeani));
        var bndiff2 = names.name("bndiff2", bndiff.pow(2));
        var bnvar = names.name("bnvar", bndiff2.sum(0, true).div(BATCH - 1));
        var bnvarInv = names.name("bnvar_inv", bnvar.add(1e-5).pow(-0.5));
        var bnraw = names.name("bnraw", bndiff.mul(bnvarInv));
        var bngain = names.name("bngain", gain);
        var bnbias = names.name("bnbias", bias);
        var hpreact = names.name("hpreact", bngain.mul(bnraw).add(bnbias));
        var h = names.name("h", hpreact.tanh());
        var W2 = names.name("W2", weight2);
        var b2 = names.name("b2", bias2);
        var logits = names.name("logits", h.matmul(W2).add(b2));
        var logitMaxes = names.name("logit_maxes", logits.max(1, true));
        var normLogits = names.name("norm_logits", logits.sub(logitMaxes));
        var counts = names.name("counts", normLogits.exp());
        var countsSum = names.name("counts_sum", counts.sum(1, true));
        var countsSumInv = names.name("counts_sum_inv", countsSum.pow(-1));
        var probs = names.name("probs", counts.mul(countsSumInv));
        var logprobs = names.name("logprobs", probs.log());
        return logprobs.mul(onehot()).sum().div(BATCH).neg();
    }

    private static Tensor onehot() {
        return y.oneHot(27).to(DType.FLOAT64);
    }

    private static Tensor value(String name) {
        return pass.value(name);
    }

    private static Map<String, Tensor> gradients() {
        var d = new LinkedHashMap<String, Tensor>();
        var dlogprobs = onehot().div(-BATCH);
        d.put("logprobs", dlogprobs);
        var dprobs = dlogprobs.div(value("probs"));
        d.put("probs", dprobs);
        var dcountsSumInv = value("counts").mul(dprobs).sum(1, true);
        d.put("counts_sum_inv", dcountsSumInv);
        var dcountsSum = value("counts_sum").pow(-2).mul(dcountsSumInv).neg();
        d.put("counts_sum", dcountsSum);
        var dcounts = value("counts_sum_inv").mul(dprobs).add(dcountsSum);
        d.put("counts", dcounts);
        var dnormLogits = value("counts").mul(dcounts);
        d.put("norm_logits", dnormLogits);
        var dlogitMaxes = dnormLogits.sum(1, true).neg();
        d.put("logit_maxes", dlogitMaxes);
        var dlogits = dnormLogits.add(
                value("logits").argmax(1).oneHot(27).to(DType.FLOAT64).mul(dlogitMaxes));
        d.put("logits", dlogits);
        var dh = dlogits.matmul(value("W2").t());
        d.put("h", dh);
        d.put("W2", value("h").t().matmul(dlogits));
        d.put("b2", dlogits.sum(0));
        var dhpreact = value("h").pow(2).neg().add(1).mul(dh);
        d.put("hpreact", dhpreact);
        d.put("bngain", value("bnraw").mul(dhpreact).sum(0, true));
        d.put("bnbias", dhpreact.sum(0, true));
        var dbnraw = value("bngain").mul(dhpreact);
        d.put("bnraw", dbnraw);
        var dbnvarInv = value("bndiff").mul(dbnraw).sum(0, true);
        d.put("bnvar_inv", dbnvarInv);
        var dbnvar = value("bnvar").add(1e-5).pow(-1.5).mul(dbnvarInv).mul(-0.5);
        d.put("bnvar", dbnvar);
        var dbndiff2 = Tensor.zeros(DType.FLOAT64, Shape.of(BATCH, 24))
                .fill(1)
                .mul(dbnvar)
                .div(BATCH - 1);
        d.put("bndiff2", dbndiff2);
        var dbndiff = value("bnvar_inv").mul(dbnraw).add(value("bndiff").mul(2).mul(dbndiff2));
        d.put("bndiff", dbndiff);
        var dbnmeani = dbndiff.sum(0, true).neg();
        d.put("bnmeani", dbnmeani);
        var dhprebn = dbndiff.add(dbnmeani.div(BATCH));
        d.put("hprebn", dhprebn);
        var dembcat = dhprebn.matmul(value("W1").t());
        d.put("embcat", dembcat);
        d.put("W1", value("embcat").t().matmul(dhprebn));
        d.put("b1", dhprebn.sum(0));
        d.put("emb", dembcat.reshape(BATCH, 3, 10));
        d.put("C", Tensor.zeros(DType.FLOAT64, Shape.of(27, 10)).indexAdd(x, dembcat.reshape(BATCH, 3, 10)));
        return d;
    }

    private static Tensor gradient(String name) {
        var gradient = gradients.get(name);
        if (gradient == null) {
            throw new IllegalArgumentException(name);
        }
        return gradient;
    }

    @Test
    void all_26_gradients_agree_with_differences() {
        assertThat(gradients).hasSize(26);
        gradients.forEach((name, gradient) -> {
            var comparison = pass.compare(name, gradient);
            assertThat(comparison.passed())
                    .as(comparison + " " + comparison.cause())
                    .isTrue();
            assertThat(comparison.exact()).isNull();
            assertThat(comparison.maxdiff()).isLessThan(1e-7);
        });
    }

    private static Cause cause(NamedPass named, String name, Tensor gradient) {
        var cause = named.compare(name, gradient).cause();
        return cause == null ? new Cause(Kind.UNKNOWN, "it passes") : cause;
    }

    @Test
    void mistakes_are_explained() {
        var dhpreact = gradient("hpreact");
        assertThat(cause(exactPass, "bngain", value("bnraw").mul(dhpreact)))
                .isEqualTo(new Cause(
                        Kind.BROADCAST_NOT_SUMMED,
                        "it has the shape of the broadcast (32, 24): sum it over dimension 0, because bngain (1, 24)"
                                + " was broadcast along it"));
        assertThat(cause(exactPass, "logprobs", gradient("logprobs").mul(BATCH)))
                .isEqualTo(new Cause(
                        Kind.MISSING_MEAN,
                        "the division by 32 is missing: the forward pass divides by 32, so does its gradient"));
        assertThat(cause(exactPass, "counts", value("counts_sum_inv").mul(gradient("probs"))))
                .isEqualTo(new Cause(
                        Kind.OVERWRITTEN,
                        "the term dcounts_sum is missing: counts is used in several places, and their gradients add"));
        assertThat(cause(exactPass, "bndiff", value("bnvar_inv").mul(gradient("bnraw")))
                        .kind())
                .isEqualTo(Kind.OVERWRITTEN);
        assertThat(cause(exactPass, "hprebn", gradient("bndiff")).kind()).isEqualTo(Kind.OVERWRITTEN);
        assertThat(cause(exactPass, "bndiff2", gradient("bndiff2").mul(31 / 32.0))
                        .kind())
                .isEqualTo(Kind.VARIANCE);
        assertThat(cause(exactPass, "bnvar_inv", value("bndiff").mul(gradient("bnraw")))
                        .kind())
                .isEqualTo(Kind.BROADCAST_NOT_SUMMED);
        assertThat(cause(exactPass, "counts_sum", gradient("counts_sum").neg()).kind())
                .isEqualTo(Kind.SIGN);
        assertThat(cause(exactPass, "W1", gradient("W1").t()).kind()).isEqualTo(Kind.TRANSPOSED);
        assertThat(cause(exactPass, "h", gradient("h").mul(0)).kind()).isEqualTo(Kind.ZERO);
        assertThat(cause(exactPass, "hpreact", gradient("h")).kind()).isEqualTo(Kind.MISSING_TERM);
        assertThat(cause(exactPass, "b2", gradient("logits").sum(1)).kind()).isEqualTo(Kind.WRONG_AXIS);
        assertThat(cause(exactPass, "bngain", dhpreact.mul(value("bnraw")).indexSelect(0, Tensor.of(new int[] {0}, 1)))
                        .kind())
                .isEqualTo(Kind.BROADCAST_NOT_SUMMED);
        assertThat(cause(exactPass, "C", overwritten()).kind()).isEqualTo(Kind.OVERWRITTEN);
        assertThat(cause(exactPass, "logits", gradient("norm_logits").mul(1.01)).kind())
                .isEqualTo(Kind.CONSTANT_FACTOR);
    }

    private static Tensor overwritten() {
        var demb = gradient("emb");
        var dC = Tensor.zeros(DType.FLOAT64, Shape.of(27, 10));
        for (int i = 0; i < x.shape().elements(); i++) {
            for (int c = 0; c < 10; c++) {
                dC.set(demb.getFlat(i * 10 + c), x.ints()[i], c);
            }
        }
        return dC;
    }

    /** Exercises 2 and 3 of the lecture: softmax with cross-entropy, and batch normalisation, each as one formula. */
    private static Tensor fused(NamedPass.Names names) {
        var targets = names.name("targets", y);
        var hprebn = names.name("hprebn", value("hprebn"));
        var difference = hprebn.sub(hprebn.mean(0, true));
        var inverse = hprebn.var(0, Variance.UNBIASED, true).add(1e-5).pow(-0.5);
        var bngain = names.name("bngain", gain);
        var hpreact = names.name("hpreact", difference.mul(inverse).mul(bngain).add(bias));
        var logits = names.name("logits", hpreact.tanh().matmul(weight2).add(bias2));
        var logSoftmax = logits.sub(logits.exp().sum(1, true).log());
        return logSoftmax.mul(targets.oneHot(27).to(DType.FLOAT64)).sum().div(-BATCH);
    }

    /** dhprebn = gain ∘ inverse / n ∘ (n g - Σ g - factor · bnraw ∘ Σ (g ∘ bnraw)), where n / (n - 1) is right. */
    private static Tensor dhprebn(double mean, double factor) {
        var g = gradient("hpreact");
        var raw = value("bnraw");
        var scale = value("bngain").mul(value("bnvar_inv")).div(BATCH);
        return scale.mul(g.mul(BATCH)
                .sub(g.sum(0, true).mul(mean))
                .sub(raw.mul(g.mul(raw).sum(0, true)).mul(factor)));
    }

    @Test
    void mistakes_in_fused_formulas_are_explained() {
        var named = NamedPass.of(NamedPassTest::fused).exact(Map.of("hpreact", gradient("hpreact")));
        double right = BATCH / (BATCH - 1.0);
        assertThat(named.compare("hprebn", dhprebn(1, right)).passed()).isTrue();
        assertThat(cause(named, "hprebn", dhprebn(1, 1)))
                .isEqualTo(new Cause(
                        Kind.VARIANCE,
                        "it is divided by 32 in the part through the variance, the normalised hprebn ∘ the mean of"
                                + " bngain ∘ dhpreact ∘ the normalised hprebn over dimension 0, where the forward pass"
                                + " divides by 31: one of them is the n of a mean, the other the n - 1 of a"
                                + " variance"));
        assertThat(cause(named, "hprebn", dhprebn(0, right)).kind()).isEqualTo(Kind.MISSING_TERM);
        assertThat(cause(named, "hprebn", dhprebn(1, 0)))
                .isEqualTo(new Cause(
                        Kind.MISSING_TERM,
                        "the part through the variance, the normalised hprebn ∘ the mean of bngain ∘ dhpreact ∘ the"
                                + " normalised hprebn over dimension 0, is not subtracted"));
        assertThat(cause(named, "hprebn", dhprebn(1, -right)).kind()).isEqualTo(Kind.SIGN);

        var softmax = value("probs");
        assertThat(named.compare("logits", softmax.sub(onehot()).div(BATCH)).passed())
                .isTrue();
        assertThat(cause(named, "logits", softmax.sub(onehot())).kind()).isEqualTo(Kind.MISSING_MEAN);
        assertThat(cause(named, "logits", softmax.div(BATCH)).kind()).isEqualTo(Kind.OVERWRITTEN);
        assertThat(cause(named, "logits", onehot().div(-BATCH)).kind()).isEqualTo(Kind.OVERWRITTEN);
        assertThat(cause(named, "logits", onehot().sub(softmax).div(BATCH)).kind())
                .isEqualTo(Kind.SIGN);
    }

    @Test
    void the_line_is_that_of_the_lecture() {
        var named = NamedPass.of(names -> {
            var bngain = names.name("bngain", Tensor.of(new double[] {2, 3}, 2));
            return bngain.mul(bngain).sum();
        });
        assertThat(named.names()).containsExactly("bngain");
        assertThat(named.loss()).isEqualTo(13);
        var right = Tensor.of(new double[] {4, 6}, 2);
        named.exact(Map.of("bngain", right));
        assertThat(named.compare("bngain", right))
                .hasToString("bngain           exact: true   approximate: true   maxdiff: 0.0");
        var rounded = named.compare("bngain", Tensor.of(new double[] {4, 6 + 1e-12}, 2));
        assertThat(rounded.passed()).isTrue();
        assertThat(rounded.exact()).isFalse();
        assertThat(rounded.toString()).startsWith("bngain           exact: false  approximate: true   maxdiff: 1.0");
        var wrong = named.compare("bngain", Tensor.of(new double[] {2, 3}, 2));
        assertThat(wrong.passed()).isFalse();
        assertThat(wrong).hasToString("bngain           exact: false  approximate: false  maxdiff: 3.0");
    }

    @Test
    void equal_elements_that_move_together_are_no_mistake() {
        for (int seed = 1; seed <= 10; seed++) {
            var generator = TorchRandom.seeded(seed);
            var target = Tensor.randn(generator, 12, 1).to(DType.FLOAT64);
            var windows = Tensor.cat(
                    0,
                    Tensor.zeros(DType.FLOAT64, Shape.of(2, 4)),
                    Tensor.randn(generator, 10, 4).to(DType.FLOAT64));
            var pooled = windows.max(1, true);
            var right = windows.argmax(1)
                    .oneHot(4)
                    .to(DType.FLOAT64)
                    .mul(pooled.sub(target).mul(2));
            var named = NamedPass.of(names -> names.name("windows", windows)
                    .max(1, true)
                    .sub(target)
                    .pow(2)
                    .sum());
            assertThat(named.compare("windows", right).cause()).isNull();
            assertThat(named.compare("windows", right.mul(1.01)).cause()).isNotNull();
        }
    }

    @Test
    void of_equal_tensors_a_cause_names_one() {
        var generator = TorchRandom.seeded(3);
        var a = Tensor.randn(generator, 3, 3).to(DType.FLOAT64);
        var W = Tensor.randn(generator, 3, 3).to(DType.FLOAT64);
        var copied = NamedPass.of(names -> {
            var input = names.name("a", a);
            var y = names.name("y", input.matmul(names.name("W", W)));
            var z = names.name("z", input.matmul(names.name("V", W.copy())));
            return y.pow(3).sum().add(z.sum());
        });
        var dy = copied.value("y").pow(2).mul(3);
        assertThat(copied.compare("a", dy.add(1).matmulTransposeB(W)).passed()).isTrue();
        assertThat(cause(copied, "a", dy.matmul(W)).explanation())
                .contains("dy · W")
                .doesNotContain("V");
    }

    @Test
    void a_wrong_shape_is_a_finding() {
        var comparison = pass.compare("h", Tensor.zeros(DType.FLOAT64, Shape.of(3)));
        assertThat(comparison.passed()).isFalse();
        assertThat(comparison.cause())
                .isEqualTo(new Cause(
                        Kind.WRONG_SHAPE,
                        "its shape is (3), the tensor's is (32, 24): a gradient has the shape of its tensor"));
    }

    @Test
    void errors_say_what_is_wrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pass.compare("hidden", Tensor.zeros(1)))
                .withMessageStartingWith("NamedPass: the pass names no hidden; it names C, emb, embcat");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NamedPass.of(names -> names.name("x", Tensor.zeros(2, 3))))
                .withMessage(
                        "NamedPass: x (2, 3) is FLOAT32, gradients are checked in FLOAT64; convert the inputs of the"
                                + " pass with to");
        var one = Tensor.zeros(DType.FLOAT64, Shape.of(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NamedPass.of(names -> names.name("x", names.name("x", one))))
                .withMessage("NamedPass: the name x is used twice");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NamedPass.of(names -> Tensor.zeros(DType.FLOAT64, Shape.of(2))))
                .withMessage("NamedPass: the pass returns the loss, one element of FLOAT64, it is FLOAT64 (2)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NamedPass.of(names -> names.name("x", one)).exact(Map.of("x", Tensor.zeros(2))))
                .withMessage("NamedPass: the exact gradient of x is (2), its value (1)");
    }
}
