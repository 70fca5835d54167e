import module handgrad;

// Exercise 1. Backpropagation through everything
//
// The forward pass below is one step of a network that predicts the next character of a name, cut into small
// operations. Go back through all of them by hand: dNAME is the gradient of the loss with respect to NAME, and has the
// shape of NAME. Write each gradient in place of its null, from the loss upwards, with the tensors above at hand.
//
// The network and its names are those of Andrej Karpathy's lecture "Building makemore part 4: becoming a backprop
// ninja". Σ0 is a sum over the rows, sum(0, true); Σ1 over the columns, sum(1, true).

final int n = 32; // examples in the batch
final TorchRandom random = TorchRandom.seeded(2147483647);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

// The parameters
final Tensor C = randn(27, 10);
final Tensor W1 = randn(30, 64).mul(5.0 / 3 / Math.sqrt(30));
final Tensor b1 = randn(64).mul(0.1);
final Tensor W2 = randn(64, 27).mul(0.1);
final Tensor b2 = randn(27).mul(0.1);

// The batch: three characters each, and the one that follows
final Batch batch = Names.bundled().split(42).train().batch(n, random);
final Tensor Xb = batch.x(); // (32, 3)
final Tensor Yb = batch.y(); // (32)
final Tensor onehot = Yb.oneHot(27).to(DType.FLOAT64); // (32, 27), 1 at [i, Yb[i]] and 0 elsewhere

// Scale and shift of the batch normalisation, away from 1 and 0 so that a mistake shows
final Tensor bngain = randn(1, 64).mul(0.1).add(1);
final Tensor bnbias = randn(1, 64).mul(0.1);

Tensor emb = null, embcat, hprebn, bnmeani, bndiff, bndiff2, bnvar, bnvar_inv, bnraw, hpreact, h;
Tensor logits = null, logit_maxes, norm_logits, counts, counts_sum, counts_sum_inv, probs, logprobs;

// Runs forward. A named tensor can be changed a little by the check, which then looks at what the loss does.
Tensor forward(NamedPass.Names names) {
    var C = names.name("C", this.C);
    var W1 = names.name("W1", this.W1);
    var b1 = names.name("b1", this.b1);
    var W2 = names.name("W2", this.W2);
    var b2 = names.name("b2", this.b2);
    var bngain = names.name("bngain", this.bngain);
    var bnbias = names.name("bnbias", this.bnbias);

    // The characters become vectors, side by side
    emb = names.name("emb", C.index(Xb)); // (32, 3, 10)
    embcat = names.name("embcat", emb.reshape(n, 30)); // (32, 30)
    // The first linear layer
    hprebn = names.name("hprebn", embcat.matmul(W1).add(b1)); // (32, 64)
    // Batch normalisation
    bnmeani = names.name("bnmeani", hprebn.sum(0, true).div(n)); // (1, 64)
    bndiff = names.name("bndiff", hprebn.sub(bnmeani)); // (32, 64)
    bndiff2 = names.name("bndiff2", bndiff.pow(2)); // (32, 64)
    bnvar = names.name("bnvar", bndiff2.sum(0, true).div(n - 1)); // (1, 64), Bessel's correction
    bnvar_inv = names.name("bnvar_inv", bnvar.add(1e-5).pow(-0.5)); // (1, 64)
    bnraw = names.name("bnraw", bndiff.mul(bnvar_inv)); // (32, 64)
    hpreact = names.name("hpreact", bngain.mul(bnraw).add(bnbias)); // (32, 64)
    // The non-linearity
    h = names.name("h", hpreact.tanh()); // (32, 64)
    // The second linear layer
    logits = names.name("logits", h.matmul(W2).add(b2)); // (32, 27)
    // Cross-entropy: softmax, logarithm, mean over the targets
    logit_maxes = names.name("logit_maxes", logits.max(1, true)); // (32, 1)
    norm_logits = names.name("norm_logits", logits.sub(logit_maxes)); // (32, 27)
    counts = names.name("counts", norm_logits.exp()); // (32, 27)
    counts_sum = names.name("counts_sum", counts.sum(1, true)); // (32, 1)
    counts_sum_inv = names.name("counts_sum_inv", counts_sum.pow(-1)); // (32, 1)
    probs = names.name("probs", counts.mul(counts_sum_inv)); // (32, 27)
    logprobs = names.name("logprobs", probs.log()); // (32, 27)
    return logprobs.mul(onehot).sum().div(-n); // the loss, one number
}

Tensor dlogprobs = null, dprobs, dcounts_sum_inv, dcounts_sum, dcounts, dnorm_logits, dlogit_maxes, dlogits;
Tensor dh = null, dW2, db2, dhpreact, dbngain, dbnbias, dbnraw, dbnvar_inv, dbnvar, dbndiff2, dbndiff, dbnmeani;
Tensor dhprebn = null, dembcat, dW1, db1, demb, dC;

void backward() {
    // loss = -(Σ of logprobs ∘ onehot) / n: of each row only the element at its target takes part.
    // Increase that element by e and the loss falls by e / n; the others do nothing.
    dlogprobs = onehot.mul(-1.0 / n); // (32, 27)

    // logprobs = ln probs, elementwise, and the derivative of ln p is 1 / p.
    // Times the gradient that arrives: the chain rule.
    dprobs = dlogprobs.div(probs); // (32, 27)

    // probs = counts · counts_sum_inv. The derivative of a product by one factor is the other factor.
    // counts_sum_inv is (32, 1) and was repeated over the 27 columns: repeated forward, so sum backward.
    dcounts_sum_inv = counts.mul(dprobs).sum(1, true); // (32, 1)

    // counts_sum_inv = counts_sum^-1, with the derivative -counts_sum^-2.
    dcounts_sum = counts_sum.pow(-2).neg().mul(dcounts_sum_inv); // (32, 1)

    // counts is used twice, in probs and in counts_sum, so its gradient has two terms, which add.
    // Through probs: the other factor, counts_sum_inv ∘ dprobs.
    // Through counts_sum = Σ1 counts: each element gets the gradient of its row's sum, so dcounts_sum is repeated.
    dcounts = counts_sum_inv.mul(dprobs).add(dcounts_sum); // (32, 27)

    // counts = exp(norm_logits), and exp is its own derivative: counts itself.
    dnorm_logits = counts.mul(dcounts); // (32, 27)

    // norm_logits = logits - logit_maxes: the derivative is -1, and the column was repeated, so sum over it.
    // It comes out as 0 but for rounding: softmax does not change when a row is shifted.
    dlogit_maxes = dnorm_logits.sum(1, true).neg(); // (32, 1)

    // logits is used twice, in norm_logits and in logit_maxes.
    // Through norm_logits the gradient passes unchanged.
    // The maximum of a row is one of its elements: its gradient goes there, to logits.argmax(1), and nowhere else.
    dlogits = dnorm_logits.add(logits.argmax(1).oneHot(27).to(DType.FLOAT64).mul(dlogit_maxes)); // (32, 27)

    // logits = h · W2 + b2. Only one product of dlogits (32, 27) and W2 (64, 27) has the shape of h, (32, 64).
    // logits[i, j] = Σk h[i, k] W2[k, j], so dh[i, k] = Σj dlogits[i, j] W2[k, j]: dlogits times W2 transposed.
    dh = dlogits.matmulTransposeB(W2); // (32, 64)

    // dW2[k, j] = Σi h[i, k] dlogits[i, j]: h transposed times dlogits.
    dW2 = h.matmulTransposeA(dlogits); // (64, 27)

    // b2 is (27) and was repeated over the 32 rows: sum over them.
    db2 = dlogits.sum(0); // (27)

    // h = tanh(hpreact), and the derivative of tanh is 1 - tanh², which h gives without a new tanh.
    dhpreact = h.pow(2).neg().add(1).mul(dh); // (32, 64)

    // hpreact = bngain ∘ bnraw + bnbias. The other factor is bnraw.
    // bngain is (1, 64) and was repeated over the rows: sum over them, and keep the dimension.
    dbngain = bnraw.mul(dhpreact).sum(0, true); // (1, 64)

    // bnbias was added and repeated: the sum of dhpreact over the rows.
    dbnbias = dhpreact.sum(0, true); // (1, 64)

    // The other factor of the product again: bngain, repeated over the rows by broadcasting.
    dbnraw = bngain.mul(dhpreact); // (32, 64)

    // bnraw = bndiff ∘ bnvar_inv, where bnvar_inv (1, 64) was repeated over the rows.
    dbnvar_inv = bndiff.mul(dbnraw).sum(0, true); // (1, 64)

    // bnvar_inv = (bnvar + 1e-5)^-½, with the derivative -½ (bnvar + 1e-5)^(-3/2).
    dbnvar = bnvar.add(1e-5).pow(-1.5).mul(-0.5).mul(dbnvar_inv); // (1, 64)

    // bnvar = Σ0 bndiff2 / (n - 1): every row takes part with the factor 1 / (n - 1).
    // dbnvar is (1, 64) and bndiff2 (32, 64): a sum forward is a repetition backward, dbnvar times a tensor of ones.
    dbndiff2 = Tensor.ones(n, 64).to(DType.FLOAT64).mul(dbnvar).div(n - 1); // (32, 64)

    // bndiff is used twice, in bnraw and in bndiff2.
    // Through bnraw: bnvar_inv ∘ dbnraw. Through bndiff2 = bndiff²: 2 bndiff ∘ dbndiff2.
    dbndiff = bnvar_inv.mul(dbnraw).add(bndiff.mul(2).mul(dbndiff2)); // (32, 64)

    // bndiff = hprebn - bnmeani: the derivative is -1, and bnmeani was repeated over the rows.
    dbnmeani = dbndiff.sum(0, true).neg(); // (1, 64)

    // hprebn is used twice, in bndiff and in bnmeani.
    // Through bndiff unchanged; through bnmeani = Σ0 hprebn / n each row gets dbnmeani / n.
    dhprebn = dbndiff.add(dbnmeani.div(n)); // (32, 64)

    // hprebn = embcat · W1 + b1, a linear layer as before: dhprebn times W1 transposed.
    dembcat = dhprebn.matmulTransposeB(W1); // (32, 30)

    // embcat transposed times dhprebn.
    dW1 = embcat.matmulTransposeA(dhprebn); // (30, 64)

    // The sum over the rows. It is 0 but for rounding: batch normalisation takes the mean off, and b1 with it.
    db1 = dhprebn.sum(0); // (64)

    // embcat holds the same numbers as emb in another shape, and so does the gradient.
    demb = dembcat.reshape(n, 3, 10); // (32, 3, 10)

    // emb[i, j] is the row Xb[i, j] of C, so demb[i, j] is added to that row of dC.
    // A character that occurs many times gets all of them, so they add: indexAdd onto zeros of the shape of C.
    dC = Tensor.zeros(27, 10).to(DType.FLOAT64).indexAdd(Xb, demb); // (27, 10)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
