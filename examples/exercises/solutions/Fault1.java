import module handgrad;

// Fault 1. Find the fault: softmax with cross-entropy
//
// Six rows of four classes: softmax, logarithm, the mean over the targets, each a step of its own.
//
// The backward pass below is complete, and one of its lines is wrong; what is computed from that line is wrong too.
// Find it by deriving each gradient from the forward pass, mend it, and write the name of its gradient at faulty.

final String faulty = "dsums"; // the gradient whose line is wrong, such as "dlogprobs"

final int n = 6; // rows
final TorchRandom random = TorchRandom.seeded(101);
final Tensor logits = Tensor.randn(random, n, 4).to(DType.FLOAT64);
final Tensor onehot = Tensor.randint(random, 4, n).oneHot(4).to(DType.FLOAT64); // (6, 4), 1 at the target

Tensor exps = null, sums, probs, logprobs;

Tensor forward(NamedPass.Names names) {
    var logits = names.name("logits", this.logits); // (6, 4)
    exps = names.name("exps", logits.exp()); // (6, 4)
    sums = names.name("sums", exps.sum(1, true)); // (6, 1)
    probs = names.name("probs", exps.div(sums)); // (6, 4)
    logprobs = names.name("logprobs", probs.log()); // (6, 4)
    return logprobs.mul(onehot).sum().div(-n); // the loss, one number
}

Tensor dlogprobs = null, dprobs, dsums, dexps, dlogits;

void backward() {
    // The loss is the mean of -logprobs at the targets: -1 / n there, and 0 elsewhere.
    dlogprobs = onehot.div(-n); // (6, 4)

    // The derivative of ln p is 1 / p.
    dprobs = dlogprobs.div(probs); // (6, 4)

    // probs = exps / sums: how does a quotient change with what it is divided by?
    // It falls: the derivative of e / s with respect to s is -e / s².
    // sums was repeated over the row, so sum over it.
    dsums = exps.mul(dprobs).sum(1, true).div(sums.square()).neg(); // (6, 1)

    // exps is used in the quotient, with the factor 1 / sums, and in sums, which hands its gradient to each.
    dexps = dprobs.div(sums).add(dsums); // (6, 4)

    // The derivative of exp is exp.
    dlogits = exps.mul(dexps); // (6, 4)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
