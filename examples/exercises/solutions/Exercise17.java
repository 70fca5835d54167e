import module handgrad;

// Exercise 17. Cross-entropy with label smoothing
//
// Cross-entropy wants the target's probability to be 1, and pushes the logits apart for ever. Label smoothing (Szegedy
// et al., 2015) asks for less: 0.9 for the target's log-probability, and 0.1 for the mean of those of all classes, the
// target's among them. PyTorch's CrossEntropyLoss(label_smoothing=0.1) is this loss.
//
// Go back through it step by step. Then look at dlogits: it is (probs - wanted) / n, as in exercise 2. What is wanted
// of the target, and what of the others? Do they sum to 1?

final int n = 6; // rows
final int classes = 5;
final double smoothing = 0.1;
final TorchRandom random = TorchRandom.seeded(17);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(n, 4);
final Tensor onehot = Tensor.randint(random, classes, n).oneHot(classes).to(DType.FLOAT64); // (6, 5), 1 at the target
final Tensor W = randn(4, classes); // the parameter

Tensor logits = null, logsumexp, logprobs, picked, average, losses;

Tensor forward(NamedPass.Names names) {
    var W = names.name("W", this.W); // (4, 5)
    logits = names.name("logits", x.matmul(W)); // (6, 5)
    logsumexp = names.name("logsumexp", logits.logSumExp(1, true)); // (6, 1), ln Σ exp(logits) of each row
    logprobs = names.name("logprobs", logits.sub(logsumexp)); // (6, 5)
    picked = names.name("picked", logprobs.mul(onehot).sum(1, true)); // (6, 1), of the target
    average = names.name("average", logprobs.mean(1, true)); // (6, 1), of all classes
    losses = names.name("losses", picked.mul(smoothing - 1).sub(average.mul(smoothing))); // (6, 1)
    return losses.mean(); // the loss, one number
}

Tensor dlosses = null, dpicked, daverage, dlogprobs, dlogsumexp, dlogits, dW;

void backward() {
    // The loss is the mean of 6 losses.
    // Each takes part with 1 / n: a tensor with this number everywhere.
    dlosses = Tensor.full(1.0, n, 1).to(DType.FLOAT64).div(n); // (6, 1)

    // losses = (smoothing - 1) ∘ picked - smoothing ∘ average: what is the factor of picked, with its sign?
    // It is -0.9.
    dpicked = dlosses.mul(smoothing - 1); // (6, 1)

    // The factor of average, with its sign.
    daverage = dlosses.mul(-smoothing); // (6, 1)

    // logprobs is used twice, and every element by both.
    // In picked: an element is picked where onehot is 1, so dpicked goes there and nowhere else.
    // In average: a mean over 5 classes gives each of them a fifth of daverage.
    dlogprobs = onehot.mul(dpicked).add(daverage.div(classes)); // (6, 5)

    // logprobs = logits - logsumexp, where logsumexp (6, 1) was repeated over the classes.
    // Repeated forward, so summed backward; and it was taken off.
    // If your sum gives -dlosses in disguise, that is right: all that is wanted sums to 1.
    dlogsumexp = dlogprobs.sum(1, true).neg(); // (6, 1)

    // logits is used twice: in logprobs unchanged, and in logsumexp.
    // The derivative of ln Σ exp(z) with respect to z[j] is exp(z[j]) / Σ exp(z). Where did you see it?
    // It is the softmax; logprobs.exp() has it already.
    dlogits = dlogprobs.add(logprobs.exp().mul(dlogsumexp)); // (6, 5)

    // logits = x · W.
    // x transposed times dlogits.
    dW = x.matmulTransposeA(dlogits); // (4, 5)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
