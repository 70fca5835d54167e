package handgrad.golden;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.CrossEntropyLoss;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The exercises of makemore part 4 against PyTorch: 26 gradients by hand, and two formulas that replace many of them.
 */
class BackpropGoldenTest {
    private static final int N = 32;
    private static final int VOCABULARY = 27;

    private final Golden golden = Golden.read("backprop");

    /** Exercise 1: every tensor of the forward pass and its gradient, one operation at a time. */
    @Test
    void all_26_gradients_by_hand_follow_pytorch() {
        var c = golden.get("C");
        var w1 = golden.get("W1");
        var b1 = golden.get("b1");
        var w2 = golden.get("W2");
        var b2 = golden.get("b2");
        var bngain = golden.get("bngain");
        var bnbias = golden.get("bnbias");
        var xb = golden.get("Xb");
        var yb = golden.get("Yb");

        var emb = c.index(xb);
        var embcat = emb.reshape(N, -1);
        var hprebn = embcat.matmul(w1).add(b1);
        var bnmeani = hprebn.sum(0, true).mul(1.0 / N);
        var bndiff = hprebn.sub(bnmeani);
        var bndiff2 = bndiff.pow(2);
        var bnvar = bndiff2.sum(0, true).mul(1.0 / (N - 1));
        var bnvarInv = bnvar.add(1e-5).pow(-0.5);
        var bnraw = bndiff.mul(bnvarInv);
        var hpreact = bngain.mul(bnraw).add(bnbias);
        var h = hpreact.tanh();
        var logits = h.matmul(w2).add(b2);
        var logitMaxes = logits.max(1, true);
        var normLogits = logits.sub(logitMaxes);
        var counts = normLogits.exp();
        var countsSum = counts.sum(1, true);
        var countsSumInv = countsSum.pow(-1);
        var probs = counts.mul(countsSumInv);
        var logprobs = probs.log();
        var picked = yb.oneHot(VOCABULARY).to(DType.FLOAT64);
        var loss = logprobs.mul(picked).sum().div(-N);

        var dlogprobs = picked.mul(-1.0 / N);
        var dprobs = dlogprobs.div(probs);
        var dcountsSumInv = counts.mul(dprobs).sum(1, true);
        var dcountsSum = dcountsSumInv.mul(countsSum.pow(-2)).neg();
        var dcounts = dprobs.mul(countsSumInv).add(dcountsSum);
        var dnormLogits = dcounts.mul(counts);
        var dlogitMaxes = dnormLogits.sum(1, true).neg();
        var largest = logits.argmax(1).oneHot(VOCABULARY).to(DType.FLOAT64);
        var dlogits = dnormLogits.add(largest.mul(dlogitMaxes));
        var dh = dlogits.matmulTransposeB(w2);
        var dw2 = h.matmulTransposeA(dlogits);
        var db2 = dlogits.sum(0);
        var dhpreact = dh.sub(dh.mul(h.pow(2)));
        var dbngain = bnraw.mul(dhpreact).sum(0, true);
        var dbnbias = dhpreact.sum(0, true);
        var dbnraw = bngain.mul(dhpreact);
        var dbnvarInv = bndiff.mul(dbnraw).sum(0, true);
        var dbnvar = dbnvarInv.mul(bnvar.add(1e-5).pow(-1.5)).mul(-0.5);
        var dbndiff2 = Tensor.zeros(DType.FLOAT64, bndiff2.shape()).add(dbnvar.mul(1.0 / (N - 1)));
        var dbndiff = bnvarInv.mul(dbnraw).add(bndiff.mul(dbndiff2).mul(2));
        var dbnmeani = dbndiff.sum(0, true).neg();
        var dhprebn = dbndiff.add(dbnmeani.mul(1.0 / N));
        var dembcat = dhprebn.matmulTransposeB(w1);
        var dw1 = embcat.matmulTransposeA(dhprebn);
        var db1 = dhprebn.sum(0);
        var demb = dembcat.reshape(N, 3, 10);
        var dc = Tensor.zeros(DType.FLOAT64, c.shape()).indexAdd(xb, demb);

        var tensors = new LinkedHashMap<String, Pair>();
        tensors.put("logprobs", new Pair(logprobs, dlogprobs));
        tensors.put("probs", new Pair(probs, dprobs));
        tensors.put("counts_sum_inv", new Pair(countsSumInv, dcountsSumInv));
        tensors.put("counts_sum", new Pair(countsSum, dcountsSum));
        tensors.put("counts", new Pair(counts, dcounts));
        tensors.put("norm_logits", new Pair(normLogits, dnormLogits));
        tensors.put("logit_maxes", new Pair(logitMaxes, dlogitMaxes));
        tensors.put("logits", new Pair(logits, dlogits));
        tensors.put("h", new Pair(h, dh));
        tensors.put("W2", new Pair(w2, dw2));
        tensors.put("b2", new Pair(b2, db2));
        tensors.put("hpreact", new Pair(hpreact, dhpreact));
        tensors.put("bngain", new Pair(bngain, dbngain));
        tensors.put("bnbias", new Pair(bnbias, dbnbias));
        tensors.put("bnraw", new Pair(bnraw, dbnraw));
        tensors.put("bnvar_inv", new Pair(bnvarInv, dbnvarInv));
        tensors.put("bnvar", new Pair(bnvar, dbnvar));
        tensors.put("bndiff2", new Pair(bndiff2, dbndiff2));
        tensors.put("bndiff", new Pair(bndiff, dbndiff));
        tensors.put("bnmeani", new Pair(bnmeani, dbnmeani));
        tensors.put("hprebn", new Pair(hprebn, dhprebn));
        tensors.put("embcat", new Pair(embcat, dembcat));
        tensors.put("W1", new Pair(w1, dw1));
        tensors.put("b1", new Pair(b1, db1));
        tensors.put("emb", new Pair(emb, demb));
        tensors.put("C", new Pair(c, dc));
        golden.assertDifference("loss", loss, 1e-12);
        tensors.forEach((name, pair) -> {
            golden.assertDifference(name, pair.value, 1e-12);
            golden.assertDifference(name + ".grad", pair.grad, 1e-12);
        });
        assertThat(tensors).hasSize(26);
        golden.assertAllUsed();
    }

    private record Pair(Tensor value, Tensor grad) {}

    /** Exercise 2: dlogits = (softmax(logits) - onehot(Yb)) / n, as the loss layer has it. */
    @ParameterizedTest
    @CsvSource({"FLOAT32, 1e-6, 1e-8", "FLOAT64, 1e-14, 1e-15"})
    void cross_entropy_gives_dlogits_at_once(DType dtype, double relative, double maxdiff) {
        var loss = new CrossEntropyLoss();
        double value = loss.forward(golden.get("logits", dtype), golden.get("Yb"));
        golden.assertRelative("loss", Tensor.of(new double[] {value}), relative);
        golden.assertDifference("logits.grad", loss.backward(), maxdiff);
    }

    /** Exercise 3, by the layer. */
    @ParameterizedTest
    @CsvSource({"FLOAT32, 1e-6, 1e-8", "FLOAT64, 1e-14, 1e-15"})
    void batch_norm_gives_dhprebn_at_once(DType dtype, double relative, double maxdiff) {
        var layer = new BatchNorm1d(64, BatchNormOptions.MAKEMORE_LAYER);
        layer.to(dtype);
        layer.weight().value().copyFrom(golden.get("bngain").reshape(64));
        layer.bias().value().copyFrom(golden.get("bnbias").reshape(64));
        golden.assertRelative("hpreact", layer.forward(golden.get("hprebn", dtype)), relative);
        golden.assertDifference("hprebn.grad", layer.backward(golden.get("hpreact.grad", dtype)), maxdiff);
    }

    /**
     * Exercise 3, by hand, with g = dhpreact and Σ over the batch.
     *
     * <pre>
     * dhprebn = bngain ∘ bnvar_inv / n ∘ (n g - Σ g - n / (n - 1) bnraw ∘ Σ (g ∘ bnraw))
     * </pre>
     */
    @ParameterizedTest
    @CsvSource({"FLOAT32, 1e-8", "FLOAT64, 1e-15"})
    void one_formula_gives_dhprebn_at_once(DType dtype, double maxdiff) {
        var bnraw = golden.get("bnraw", dtype);
        var g = golden.get("hpreact.grad", dtype);
        var inner = g.mul(N).sub(g.sum(0)).sub(bnraw.mul(g.mul(bnraw).sum(0)).mul((double) N / (N - 1)));
        var dhprebn = golden.get("bngain", dtype)
                .mul(golden.get("bnvar_inv", dtype))
                .div(N)
                .mul(inner);
        golden.assertDifference("hprebn.grad", dhprebn, maxdiff);
    }
}
