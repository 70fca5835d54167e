import module handgrad;

// Exercise 2. Cross-entropy in one formula
//
// Exercise 1 went back from the loss to the logits through eight tensors. Most of it cancels. Write the loss of one row
// as a function of its logits, differentiate that on paper, and simplify: dlogits is one short expression.
//
// The check compares with the eight steps. Rounding makes the last digits differ, so exact may be false: approximate
// is what counts.

final int n = 32; // examples in the batch
final TorchRandom random = TorchRandom.seeded(2147483647);

final Tensor logits = Tensor.randn(random, n, 27).to(DType.FLOAT64);
final Tensor Yb = Tensor.randint(random, 27, n); // (32), the targets
final Tensor onehot = Yb.oneHot(27).to(DType.FLOAT64); // (32, 27), 1 at [i, Yb[i]] and 0 elsewhere

Tensor probs;

Tensor forward(NamedPass.Names names) {
    var logits = names.name("logits", this.logits); // (32, 27)
    var counts = logits.sub(logits.max(1, true)).exp(); // (32, 27)
    probs = counts.div(counts.sum(1, true)); // (32, 27), the softmax
    return probs.log().mul(onehot).sum().div(-n); // the loss, one number
}

Tensor dlogits;

void backward() {
    // Write z for the logits of one row, y for its target and p = exp(z) / Σ exp(z) for its probabilities.
    // The loss of the row is -ln p[y] = ln Σ exp(z) - z[y].
    // d(ln Σ exp(z)) / dz[j] = exp(z[j]) / Σ exp(z) = p[j], and d(-z[y]) / dz[j] is -1 where j = y, else 0.
    // So the row gives p - onehot, and the mean over the batch a factor 1 / n.
    dlogits = probs.sub(onehot).div(n); // (32, 27)
}

// The same through the chunks of exercise 1: what exact compares with.
void reference() {
    var logit_maxes = logits.max(1, true);
    var counts = logits.sub(logit_maxes).exp();
    var counts_sum = counts.sum(1, true);
    var counts_sum_inv = counts_sum.pow(-1);
    var dprobs = onehot.mul(-1.0 / n).div(counts.mul(counts_sum_inv));
    var dcounts_sum = counts_sum.pow(-2).neg().mul(counts.mul(dprobs).sum(1, true));
    var dnorm_logits = counts.mul(counts_sum_inv.mul(dprobs).add(dcounts_sum));
    var dlogit_maxes = dnorm_logits.sum(1, true).neg();
    dlogits = dnorm_logits.add(logits.argmax(1).oneHot(27).to(DType.FLOAT64).mul(dlogit_maxes));
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
