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
    // Replace each null, from the top down. ./handgrad exercise 17 checks them, with --hint it helps.
    dlosses = null; // (6, 1)
    dpicked = null; // (6, 1)
    daverage = null; // (6, 1)
    dlogprobs = null; // (6, 5)
    dlogsumexp = null; // (6, 1)
    dlogits = null; // (6, 5)
    dW = null; // (4, 5)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
