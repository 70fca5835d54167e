package handgrad.models;

import handgrad.check.pass.NamedPass;
import handgrad.nn.Parameter;
import handgrad.nn.Parts;
import handgrad.nn.Passes;
import handgrad.nn.Statistic;
import handgrad.random.TorchRandom;
import handgrad.tensor.Activations;
import handgrad.tensor.DType;
import handgrad.tensor.Functional;
import handgrad.tensor.Normalizations;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.function.UnaryOperator;

/**
 * The network of makemore part 4 in one piece: embedding, linear, batch normalisation, tanh, linear. Its backward pass
 * is the answer to the lecture's exercise 4. N is the batch, n its size, T the characters of a row, C the numbers of a
 * character, H the hidden units, V the symbols.
 *
 * <p>It trains on fused operations in tensors of its own. To be looked at, the forward pass is there a second time, in
 * the lecture's steps, each a fresh tensor with its name in the notebook.
 */
final class BackpropNetwork implements NamedLayer {
    private static final double EPSILON = 1e-5;

    /** The share of a batch in the running statistics. */
    private static final double MOMENTUM = 0.001;

    /** Rows at a time when the statistics of a whole data set are taken. */
    private static final int ROWS = 4096;

    /** Seeds gain and bias, which the notebook draws from a generator that it has not seeded. */
    private static final long GAIN_SEED = 42;

    private static final Tensor NO_GRADIENT = Tensor.zeros(0);

    private final Parts parts = new Parts();
    private final Passes passes = new Passes("BackpropNetwork", parts);
    private final Parameter table;
    private final Parameter weight1;
    private final Parameter bias1;
    private final Parameter gain;
    private final Parameter shift;
    private final Parameter weight2;
    private final Parameter bias2;
    private final Statistic runningMean;
    private final Statistic runningVariance;

    private Tensor indices = Tensor.zeros(DType.INT32, Shape.of(0, 0));
    private Tensor embcat;
    private Tensor hprebn;
    private Tensor bnmeani;
    private Tensor bnvar;
    private Tensor bnvarInv;
    private Tensor bnraw;
    private Tensor hpreact;
    private Tensor h;
    private Tensor logits;
    private Tensor dh;
    private Tensor dhpreact;
    private Tensor dhprebn;
    private Tensor dembcat;

    private BackpropNetwork(
            Tensor table, Tensor weight1, Tensor bias1, Tensor weight2, Tensor bias2, Tensor gain, Tensor shift) {
        this.table = parts.add(new Parameter("C", table));
        this.weight1 = parts.add(new Parameter("W1", weight1));
        this.bias1 = parts.add(new Parameter("b1", bias1));
        this.weight2 = parts.add(new Parameter("W2", weight2));
        this.bias2 = parts.add(new Parameter("b2", bias2));
        this.gain = parts.add(new Parameter("bngain", gain));
        this.shift = parts.add(new Parameter("bnbias", shift));
        runningMean = parts.add(new Statistic("running_mean", Tensor.zeros(1, bias1.size(0))));
        runningVariance = parts.add(Statistic.neverNegative("running_var", Tensor.ones(1, bias1.size(0))));
        allocate(0);
    }

    /** The network with the weights of the notebook; gain and bias are drawn by a generator of their own. */
    static BackpropNetwork draw(LectureModel.Sizes sizes, TorchRandom random) {
        int hidden = sizes.hidden();
        var table = Tensor.randn(random, sizes.vocabulary(), sizes.embedding());
        var weight1 = Tensor.randn(random, sizes.context(), hidden)
                .mul(Perceptron.TANH_GAIN)
                .div(Math.sqrt(sizes.context()));
        var bias1 = Tensor.randn(random, hidden).mul(0.1);
        var weight2 = Tensor.randn(random, hidden, sizes.vocabulary()).mul(0.1);
        var bias2 = Tensor.randn(random, sizes.vocabulary()).mul(0.1);
        var unseeded = TorchRandom.seeded(GAIN_SEED);
        var gain = Tensor.randn(unseeded, 1, hidden).mul(0.1).add(1);
        var shift = Tensor.randn(unseeded, 1, hidden).mul(0.1);
        return new BackpropNetwork(table, weight1, bias1, weight2, bias2, gain, shift);
    }

    /** Makes the tensors that a batch of n rows is computed in. */
    private void allocate(int n) {
        int context = weight1.value().size(0);
        int hidden = weight1.value().size(1);
        embcat = zeros(n, context);
        hprebn = zeros(n, hidden);
        bnmeani = zeros(1, hidden);
        bnvar = zeros(1, hidden);
        bnvarInv = zeros(1, hidden);
        bnraw = zeros(n, hidden);
        hpreact = zeros(n, hidden);
        h = zeros(n, hidden);
        logits = zeros(n, weight2.value().size(1));
        dh = zeros(n, hidden);
        dhpreact = zeros(n, hidden);
        dhprebn = zeros(n, hidden);
        dembcat = zeros(n, context);
    }

    private Tensor zeros(int rows, int columns) {
        return Tensor.zeros(table.value().dtype(), Shape.of(rows, columns));
    }

    /**
     * The logits, (N, V). In training mean and variance are those of the batch, in evaluation the running ones.
     *
     * @param x (N, T), INT32; in training at least 2 rows
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            linear1(x);
            if (parts.isTraining()) {
                int divisor = x.size(0) - 1;
                Normalizations.batchNorm(
                        hprebn,
                        gain.value(),
                        shift.value(),
                        EPSILON,
                        divisor,
                        bnmeani,
                        bnvar,
                        bnvarInv,
                        bnraw,
                        hpreact);
                Updates.blend(runningMean.value(), 1 - MOMENTUM, MOMENTUM, bnmeani);
                Updates.blend(runningVariance.value(), 1 - MOMENTUM, MOMENTUM, bnvar);
            } else {
                var inverse = inverseDeviation(runningVariance.value());
                Normalizations.batchNormEvaluation(
                        hprebn, gain.value(), shift.value(), runningMean.value(), inverse, bnraw, hpreact);
            }
            Activations.tanh(hpreact, h);
            Functional.linear(h, weight2.value(), bias2.value(), logits);
            return pass.output(logits);
        }
    }

    /** Embedding and first linear layer: hprebn, what batch normalisation gets, (N, H). */
    private Tensor linear1(Tensor x) {
        if (x.size(0) != hprebn.size(0) || hprebn.dtype() != table.value().dtype()) {
            allocate(x.size(0));
        }
        indices = x;
        Functional.embedding(table.value(), x, embcat);
        Functional.linear(embcat, weight1.value(), bias1.value(), hprebn);
        return hprebn;
    }

    /** (variance + ε)^-½. */
    private static Tensor inverseDeviation(Tensor variance) {
        return variance.add(EPSILON).pow(-0.5);
    }

    /**
     * The gradients, for a forward pass in training.
     *
     * <pre>
     * dh = dlogits · W2ᵀ;  dW2 = hᵀ · dlogits;  db2 = Σ₀ dlogits
     * dhpreact = (1 - h²) ∘ dh;  dbngain = Σ₀ bnraw ∘ dhpreact;  dbnbias = Σ₀ dhpreact
     * dhprebn = bngain ∘ bnvar_inv / n ∘ (n · dhpreact - Σ₀ dhpreact - n / (n - 1) · bnraw ∘ Σ₀ (dhpreact ∘ bnraw))
     * dembcat = dhprebn · W1ᵀ;  dW1 = embcatᵀ · dhprebn;  db1 = Σ₀ dhprebn;  dC[x] += dembcat
     * </pre>
     *
     * @param dlogits (N, V)
     * @return empty: indices have no gradient
     * @throws IllegalStateException in evaluation
     */
    @Override
    public Tensor backward(Tensor dlogits) {
        try (var _ = passes.backward(dlogits)) {
            if (!parts.isTraining()) {
                throw new IllegalStateException(
                        "BackpropNetwork.backward: is for training alone; call train(true), then forward");
            }
            int divisor = dlogits.size(0) - 1;
            Functional.linearBackwardInput(dlogits, weight2.value(), dh);
            Functional.linearBackwardParameters(h, dlogits, weight2.grad(), bias2.grad());
            Activations.tanhBackward(h, dh, dhpreact);
            Normalizations.batchNormBackward(
                    dhpreact, bnraw, gain.value(), bnvarInv, divisor, gain.grad(), shift.grad(), dhprebn);
            Functional.linearBackwardInput(dhprebn, weight1.value(), dembcat);
            Functional.linearBackwardParameters(embcat, dhprebn, weight1.grad(), bias1.grad());
            Functional.embeddingBackward(indices, dembcat, table.grad());
            return NO_GRADIENT;
        }
    }

    @Override
    public Tensor forward(Tensor x, NamedPass.Names names) {
        var emb = names.name("emb", table.value().index(x)); // (N, T, C)
        var embcat = names.name("embcat", emb.reshape(x.size(0), -1)); // (N, T · C)
        var hprebn = names.name("hprebn", embcat.matmul(weight1.value()).add(bias1.value())); // (N, H)
        var bnmeani = names.name("bnmeani", parts.isTraining() ? hprebn.mean(0, true) : runningMean.value()); // (1, H)
        var bndiff = names.name("bndiff", hprebn.sub(bnmeani)); // (N, H)
        var bndiff2 = names.name("bndiff2", bndiff.pow(2)); // (N, H)
        var bnvar = names.name(
                "bnvar",
                parts.isTraining() ? bndiff2.sum(0, true).div(x.size(0) - 1) : runningVariance.value()); // (1, H)
        var bnvarInv = names.name("bnvar_inv", inverseDeviation(bnvar)); // (1, H)
        var bnraw = names.name("bnraw", bndiff.mul(bnvarInv)); // (N, H)
        var hpreact = names.name("hpreact", gain.value().mul(bnraw).add(shift.value())); // (N, H)
        var h = names.name("h", hpreact.tanh()); // (N, H)
        return names.name("logits", h.matmul(weight2.value()).add(bias2.value())); // (N, V)
    }

    /**
     * Replaces the running statistics by mean and unbiased variance over these rows, summed in float64.
     *
     * @param x (rows, T), INT32, at least 2 rows
     */
    void calibrate(Tensor x) {
        int rows = x.size(0);
        var mean = total(x, hprebn -> hprebn).div(rows);
        var variance = total(x, hprebn -> hprebn.sub(mean).pow(2)).div(rows - 1);
        runningMean.value().copyFrom(mean);
        runningVariance.value().copyFrom(variance);
    }

    /** Σ₀ of a function of hprebn over all rows, (1, H) in float64. */
    private Tensor total(Tensor x, UnaryOperator<Tensor> function) {
        var sum = Tensor.zeros(DType.FLOAT64, runningMean.value().shape());
        for (int from = 0; from < x.size(0); from += ROWS) {
            int rows = Math.min(ROWS, x.size(0) - from);
            var part = x.narrow(0, from, rows);
            sum = sum.add(function.apply(linear1(part).to(DType.FLOAT64)).sum(0, true));
        }
        return sum;
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
