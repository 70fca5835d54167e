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
    // Replace each null, from the top down. ./handgrad exercise 1 checks them, with --hint it helps.
    dlogprobs = null; // (32, 27)
    dprobs = null; // (32, 27)
    dcounts_sum_inv = null; // (32, 1)
    dcounts_sum = null; // (32, 1)
    dcounts = null; // (32, 27)
    dnorm_logits = null; // (32, 27)
    dlogit_maxes = null; // (32, 1)
    dlogits = null; // (32, 27)
    dh = null; // (32, 64)
    dW2 = null; // (64, 27)
    db2 = null; // (27)
    dhpreact = null; // (32, 64)
    dbngain = null; // (1, 64)
    dbnbias = null; // (1, 64)
    dbnraw = null; // (32, 64)
    dbnvar_inv = null; // (1, 64)
    dbnvar = null; // (1, 64)
    dbndiff2 = null; // (32, 64)
    dbndiff = null; // (32, 64)
    dbnmeani = null; // (1, 64)
    dhprebn = null; // (32, 64)
    dembcat = null; // (32, 30)
    dW1 = null; // (30, 64)
    db1 = null; // (64)
    demb = null; // (32, 3, 10)
    dC = null; // (27, 10)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
