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
    // loss = Σ losses / n: each of the n rows takes part with 1 / n.
    dlosses = Tensor.full(1.0, n, 1).to(DType.FLOAT64).div(n); // (8, 1)

    // losses = logsumexp - picked: picked has the factor -1.
    dpicked = dlosses.neg(); // (8, 1)

    // losses = logsumexp - picked: logsumexp has the factor 1.
    dlogsumexp = dlosses; // (8, 1)

    // logsumexp = ln(sums) + maxes, and the derivative of ln s is 1 / s.
    dsums = dlogsumexp.div(sums); // (8, 1)

    // sums = Σ1 exps: a sum forward is a repetition backward, each element gets the gradient of its row.
    dexps = Tensor.ones(n, classes).to(DType.FLOAT64).mul(dsums); // (8, 5)

    // exps = exp(shifted), its own derivative. exps / sums is the softmax: here it appears.
    dshifted = exps.mul(dexps); // (8, 5)

    // maxes is used twice: taken off in shifted, which repeats it over the row, and added again in logsumexp.
    // From logsumexp: dlogsumexp. From shifted: the sum of dshifted over the row, with a minus.
    // The softmax sums to 1, so the two cancel: the maximum changes nothing but the rounding.
    dmaxes = dlogsumexp.sub(dshifted.sum(1, true)); // (8, 1)

    // logits is used three times: in shifted unchanged, in picked at its target, in maxes at its maximum.
    // Together (softmax - onehot) / n, the formula of exercise 2, plus the 0 of the maximum.
    dlogits = dshifted
            .add(onehot.mul(dpicked))
            .add(logits.argmax(1).oneHot(classes).to(DType.FLOAT64).mul(dmaxes)); // (8, 5)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
