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
    // The loss is a mean of squares, over 5 · 4 elements.
    // The derivative of a square is twice what is squared, here out - target, and the mean divides by 20.
    dout = out.sub(target).mul(2).div(20); // (5, 4)

    // out = mid + f2: what does a sum do with the gradient that arrives?
    // It hands it to both of its terms, unchanged.
    df2 = dout; // (5, 4)

    // f2 = tanh(pre2): which of the two is at hand already and gives the derivative without a new tanh?
    // The derivative of tanh is 1 - tanh², and f2 is the tanh.
    dpre2 = f2.pow(2).neg().add(1).mul(df2); // (5, 4)

    // pre2 = mid · W2: all of these are squares or (5, 4), so shapes tell less than usual. Which row meets which?
    // pre2[i, j] = Σk mid[i, k] W2[k, j]: W2[k, j] takes part in every row i, with the factor mid[i, k].
    // dW2[k, j] = Σi mid[i, k] dpre2[i, j]: mid transposed times dpre2.
    dW2 = mid.matmulTransposeA(dpre2); // (4, 4)

    // mid is used twice. Where?
    // In out = mid + f2, and in pre2 = mid · W2. The two terms add.
    // The sum gives dout unchanged; the product gives dpre2 times W2 transposed.
    dmid = dout.add(dpre2.matmulTransposeB(W2)); // (5, 4)

    // The first block is built as the second. What has the place of dout in it?
    // mid = x + f1: dmid, with both of its terms.
    df1 = dmid; // (5, 4)

    // The same as dpre2, with the tensors of the first block.
    dpre1 = f1.pow(2).neg().add(1).mul(df1); // (5, 4)

    // pre1 = x · W1: the same as dW2, with what went into the first block.
    dW1 = x.matmulTransposeA(dpre1); // (4, 4)

    // x is used twice too, and no further: what it does to out goes through mid.
    // In mid = x + f1 and in pre1 = x · W1.
    // So dmid, which is dout and something more, plus dpre1 times W1 transposed.
    dx = dmid.add(dpre1.matmulTransposeB(W1)); // (5, 4)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
