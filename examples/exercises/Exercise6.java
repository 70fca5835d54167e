import module handgrad;

// Exercise 6. Softmax with cross-entropy, by log-sum-exp
//
// Exercise 1 took the softmax and then its logarithm. Programs take another way, which does not lose digits where a
// probability is nearly 0:
//
//     loss of a row = ln Σ exp(logits) - logits[target], with the row's maximum taken off before exp and added after ln
//
// Go back through it, and see what becomes of the maximum.

final int n = 8; // rows
final int classes = 5;
final TorchRandom random = TorchRandom.seeded(6);

final Tensor logits = Tensor.randn(random, n, classes).to(DType.FLOAT64).mul(3);
final Tensor onehot = Tensor.randint(random, classes, n).oneHot(classes).to(DType.FLOAT64); // (8, 5), 1 at the target

Tensor maxes = null, shifted, exps, sums, logsumexp, picked, losses;

Tensor forward(NamedPass.Names names) {
    var logits = names.name("logits", this.logits); // (8, 5)
    maxes = names.name("maxes", logits.max(1, true)); // (8, 1)
    shifted = names.name("shifted", logits.sub(maxes)); // (8, 5)
    exps = names.name("exps", shifted.exp()); // (8, 5)
    sums = names.name("sums", exps.sum(1, true)); // (8, 1)
    logsumexp = names.name("logsumexp", sums.log().add(maxes)); // (8, 1)
    picked = names.name("picked", logits.mul(onehot).sum(1, true)); // (8, 1)
    losses = names.name("losses", logsumexp.sub(picked)); // (8, 1)
    return losses.mean(); // the loss, one number
}

Tensor dlosses = null, dpicked, dlogsumexp, dsums, dexps, dshifted, dmaxes, dlogits;

void backward() {
    // Replace each null, from the top down. ./handgrad exercise 6 checks them, with --hint it helps.
    dlosses = null; // (8, 1)
    dpicked = null; // (8, 1)
    dlogsumexp = null; // (8, 1)
    dsums = null; // (8, 1)
    dexps = null; // (8, 5)
    dshifted = null; // (8, 5)
    dmaxes = null; // (8, 1)
    dlogits = null; // (8, 5)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
