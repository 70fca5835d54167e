package handgrad.examples.model;

import handgrad.check.NamedPass;
import handgrad.data.Alphabet;
import handgrad.nn.Parameter;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The network of makemore part 4 in one piece: embedding, linear, batch normalisation, tanh, linear. Its backward pass is
 * the answer to the lecture's exercise 4, made of tensor operations as a learner writes them. N is the batch, n its size,
 * T the characters of a row, C the numbers of a character, H the hidden units, V the symbols.
 */
final class BackpropNetwork implements NamedLayer {
    private static final double EPSILON = 1e-5;

    /** The share of a batch in the running statistics. */
    private static final double MOMENTUM = 0.001;

    /** Rows at a time when the statistics of a whole data set are taken. */
    private static final int ROWS = 4096;

    /** Seeds gain and bias, which the notebook draws from a generator that it has not seeded. */
    private static final long GAIN_SEED = 42;

    private final Parameter table;
    private final Parameter weight1;
    private final Parameter bias1;
    private final Parameter gain;
    private final Parameter shift;
    private final Parameter weight2;
    private final Parameter bias2;
    private final List<Parameter> parameters;

    private Tensor runningMean;
    private Tensor runningVariance;
    private boolean training = true;

    private Tensor indices = Tensor.zeros(DType.INT32, Shape.of(0, 0));
    private Tensor embcat = Tensor.zeros(0, 0);
    private Tensor bnraw = Tensor.zeros(0, 0);
    private Tensor bnvarInv = Tensor.zeros(0, 0);
    private Tensor h = Tensor.zeros(0, 0);

    private BackpropNetwork(
            Tensor table, Tensor weight1, Tensor bias1, Tensor weight2, Tensor bias2, Tensor gain, Tensor shift) {
        this.table = new Parameter("C", table);
        this.weight1 = new Parameter("W1", weight1);
        this.bias1 = new Parameter("b1", bias1);
        this.gain = new Parameter("bngain", gain);
        this.shift = new Parameter("bnbias", shift);
        this.weight2 = new Parameter("W2", weight2);
        this.bias2 = new Parameter("b2", bias2);
        parameters = List.of(this.table, this.weight1, this.bias1, this.weight2, this.bias2, this.gain, this.shift);
        runningMean = Tensor.zeros(1, bias1.size(0));
        runningVariance = Tensor.ones(1, bias1.size(0));
    }

    /** The network with the weights of the notebook; gain and bias are drawn by a generator of their own. */
    static BackpropNetwork draw(LectureModel.Sizes sizes, TorchRandom random) {
        int hidden = sizes.hidden();
        var table = Tensor.randn(random, Alphabet.SIZE, sizes.embedding());
        var weight1 = Tensor.randn(random, sizes.context(), hidden)
                .mul(Perceptron.TANH_GAIN)
                .div(Math.sqrt(sizes.context()));
        var bias1 = Tensor.randn(random, hidden).mul(0.1);
        var weight2 = Tensor.randn(random, hidden, Alphabet.SIZE).mul(0.1);
        var bias2 = Tensor.randn(random, Alphabet.SIZE).mul(0.1);
        var unseeded = TorchRandom.seeded(GAIN_SEED);
        var gain = Tensor.randn(unseeded, 1, hidden).mul(0.1).add(1);
        var shift = Tensor.randn(unseeded, 1, hidden).mul(0.1);
        return new BackpropNetwork(table, weight1, bias1, weight2, bias2, gain, shift);
    }

    /**
     * The logits, (N, V). In training mean and variance are those of the batch, in evaluation the running ones.
     *
     * @param x (N, T), INT32
     */
    @Override
    public Tensor forward(Tensor x, NamedPass.Names names) {
        var hprebn = names.name("hprebn", hprebn(x, names)); // (N, H)
        var bnmeani = names.name("bnmeani", training ? hprebn.mean(0, true) : runningMean); // (1, H)
        var bndiff = names.name("bndiff", hprebn.sub(bnmeani)); // (N, H)
        var bndiff2 = names.name("bndiff2", bndiff.pow(2)); // (N, H)
        var bnvar = names.name("bnvar", training ? variance(bndiff2) : runningVariance); // (1, H)
        bnvarInv = names.name("bnvar_inv", bnvar.add(EPSILON).pow(-0.5)); // (1, H)
        bnraw = names.name("bnraw", bndiff.mul(bnvarInv)); // (N, H)
        var hpreact = names.name("hpreact", gain.value().mul(bnraw).add(shift.value())); // (N, H)
        h = names.name("h", hpreact.tanh()); // (N, H)
        if (training) {
            runningMean = runningMean.mul(1 - MOMENTUM).add(bnmeani.mul(MOMENTUM));
            runningVariance = runningVariance.mul(1 - MOMENTUM).add(bnvar.mul(MOMENTUM));
        }
        return names.name("logits", h.matmul(weight2.value()).add(bias2.value()));
    }

    /** The unbiased variance from the squared differences, (1, H). */
    private static Tensor variance(Tensor bndiff2) {
        return bndiff2.sum(0, true).div(Math.max(0, bndiff2.size(0) - 1));
    }

    /** What batch normalisation gets: embedding and first linear layer, (N, H). */
    private Tensor hprebn(Tensor x, NamedPass.Names names) {
        indices = x;
        var emb = names.name("emb", table.value().index(x)); // (N, T, C)
        embcat = names.name("embcat", emb.reshape(x.size(0), -1)); // (N, T · C)
        return embcat.matmul(weight1.value()).add(bias1.value());
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
        if (!training) {
            throw new IllegalStateException(
                    "BackpropNetwork.backward: is for training alone; call train(true), then forward");
        }
        int n = dlogits.size(0);
        var dh = dlogits.matmulTransposeB(weight2.value()); // (N, H)
        weight2.grad().addInPlace(h.matmulTransposeA(dlogits)); // (H, V)
        bias2.grad().addInPlace(dlogits.sum(0)); // (V)
        var dhpreact = h.pow(2).neg().add(1).mul(dh); // (N, H)
        var dgain = bnraw.mul(dhpreact).sum(0, true); // (1, H)
        var dshift = dhpreact.sum(0, true); // (1, H)
        gain.grad().addInPlace(dgain);
        shift.grad().addInPlace(dshift);
        var slope = bnraw.mul(dgain).mul(n / (n - 1.0)); // (N, H)
        var dhprebn = gain.value()
                .mul(bnvarInv)
                .div(n)
                .mul(dhpreact.mul(n).sub(dshift).sub(slope)); // (N, H)
        var dembcat = dhprebn.matmulTransposeB(weight1.value()); // (N, T · C)
        weight1.grad().addInPlace(embcat.matmulTransposeA(dhprebn)); // (T · C, H)
        bias1.grad().addInPlace(dhprebn.sum(0)); // (H)
        table.grad().indexAdd(indices, dembcat); // (V, C)
        return Tensor.zeros(0);
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
        runningMean = mean.to(runningMean.dtype());
        runningVariance = variance.to(runningVariance.dtype());
    }

    /** Σ₀ of a function of hprebn over all rows, (1, H) in float64. */
    private Tensor total(Tensor x, UnaryOperator<Tensor> function) {
        var sum = Tensor.zeros(DType.FLOAT64, runningMean.shape());
        for (int from = 0; from < x.size(0); from += ROWS) {
            int rows = Math.min(ROWS, x.size(0) - from);
            var part = x.narrow(0, from, rows);
            sum = sum.add(
                    function.apply(hprebn(part, UNNAMED).to(DType.FLOAT64)).sum(0, true));
        }
        return sum;
    }

    @Override
    public List<Parameter> parameters() {
        return parameters;
    }

    @Override
    public void train(boolean training) {
        this.training = training;
    }

    @Override
    public void to(DType dtype) {
        NamedLayer.super.to(dtype);
        runningMean = runningMean.to(dtype);
        runningVariance = runningVariance.to(dtype);
    }

    @Override
    public Map<String, Tensor> stateDict() {
        var state = new LinkedHashMap<>(NamedLayer.super.stateDict());
        state.put("running_mean", runningMean);
        state.put("running_var", runningVariance);
        return state;
    }
}
