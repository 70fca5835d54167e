import module handgrad;

// Exercise 13. Residual connections
//
// A deep network learns better where each block adds to what comes in, out = in + f(in), than where it replaces it (He
// et al., 2015). Two such blocks stand one upon the other here, as in a transformer. What goes into a block is used
// twice, by the sum and by f.
//
// When you have dx, look at its terms: one of them is dout itself, which met no weight and no tanh on its way. That is
// why a hundred blocks can be trained.

final int n = 5; // rows
final TorchRandom random = TorchRandom.seeded(13);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(n, 4);
final Tensor target = randn(n, 4);

// The parameters, of each block a matrix
final Tensor W1 = randn(4, 4).mul(0.5);
final Tensor W2 = randn(4, 4).mul(0.5);

Tensor pre1 = null, f1, mid, pre2, f2, out;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (5, 4)
    var W1 = names.name("W1", this.W1); // (4, 4)
    var W2 = names.name("W2", this.W2); // (4, 4)
    // The first block
    pre1 = names.name("pre1", x.matmul(W1)); // (5, 4)
    f1 = names.name("f1", pre1.tanh()); // (5, 4)
    mid = names.name("mid", x.add(f1)); // (5, 4)
    // The second block
    pre2 = names.name("pre2", mid.matmul(W2)); // (5, 4)
    f2 = names.name("f2", pre2.tanh()); // (5, 4)
    out = names.name("out", mid.add(f2)); // (5, 4)
    return out.sub(target).pow(2).mean(); // the loss, one number
}

Tensor dout = null, df2, dpre2, dW2, dmid, df1, dpre1, dW1, dx;

void backward() {
    // Replace each null, from the top down. ./handgrad exercise 13 checks them, with --hint it helps.
    dout = null; // (5, 4)
    df2 = null; // (5, 4)
    dpre2 = null; // (5, 4)
    dW2 = null; // (4, 4)
    dmid = null; // (5, 4)
    df1 = null; // (5, 4)
    dpre1 = null; // (5, 4)
    dW1 = null; // (4, 4)
    dx = null; // (5, 4)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
