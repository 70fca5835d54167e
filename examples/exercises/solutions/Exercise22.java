import module handgrad;

// Exercise 22. An LSTM
//
// Long short-term memory (Hochreiter and Schmidhuber, 1997) has a second state, the cell c, which is only multiplied
// and added to: a way back through time that no tanh and no matrix narrows. Four gates control it, with PyTorch's
// letters and in PyTorch's order:
//
//     i = σ(…)  what is written       f = σ(…)  what is kept
//     g = tanh(…)  what it would be   o = σ(…)  what is shown
//
//     c[t] = f ∘ c[t - 1] + i ∘ g
//     h[t] = o ∘ tanh(c[t])
//
// Each … is a quarter of s[t] = x[t] · W + h[t - 1] · U + b, which holds i, f, g and o side by side. Go back through
// two steps. Step 2 asks for each gate, step 1 for all four at once. The cell after step 1 has two readers: which?

final int hidden = 4;
final TorchRandom random = TorchRandom.seeded(22);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

// 3 sequences of two steps with 2 features, and their states and cells at the beginning
final Tensor x1 = randn(3, 2);
final Tensor x2 = randn(3, 2);
final Tensor h0 = randn(3, hidden).mul(0.5);
final Tensor c0 = randn(3, hidden);
final Tensor W = randn(2, 4 * hidden).mul(0.7);
final Tensor U = randn(hidden, 4 * hidden).mul(0.7);
final Tensor b = randn(4 * hidden).mul(0.1);

// The gradients that arrive at the outputs of both steps
final Tensor dy1 = randn(3, hidden);
final Tensor dy2 = randn(3, hidden);

// The quarter of i (which = 0), of f (1), of g (2) or of o (3)
Tensor gate(Tensor all, int which) {
    return all.narrow(1, which * hidden, hidden);
}

Tensor s1 = null, s2, i1, f1, g1, o1, i2, f2, g2, o2, c1, c2, h1, h2;

Tensor forward(NamedPass.Names names) {
    var h0 = names.name("h0", this.h0); // (3, 4)
    var c0 = names.name("c0", this.c0); // (3, 4)
    var W = names.name("W", this.W); // (2, 16)
    var U = names.name("U", this.U); // (4, 16)
    var b = names.name("b", this.b); // (16)

    // Step 1
    s1 = names.name("s1", x1.matmul(W).add(h0.matmul(U)).add(b)); // (3, 16)
    i1 = gate(s1, 0).sigmoid(); // (3, 4), as the other gates
    f1 = gate(s1, 1).sigmoid();
    g1 = gate(s1, 2).tanh();
    o1 = gate(s1, 3).sigmoid();
    c1 = names.name("c1", f1.mul(c0).add(i1.mul(g1))); // (3, 4)
    h1 = names.name("h1", o1.mul(c1.tanh())); // (3, 4)
    // Step 2
    s2 = names.name("s2", x2.matmul(W).add(h1.matmul(U)).add(b)); // (3, 16)
    i2 = names.name("i2", gate(s2, 0).sigmoid()); // (3, 4)
    f2 = names.name("f2", gate(s2, 1).sigmoid()); // (3, 4)
    g2 = names.name("g2", gate(s2, 2).tanh()); // (3, 4)
    o2 = names.name("o2", gate(s2, 3).sigmoid()); // (3, 4)
    c2 = names.name("c2", f2.mul(c1).add(i2.mul(g2))); // (3, 4)
    h2 = names.name("h2", o2.mul(c2.tanh())); // (3, 4)
    // A loss whose gradients with respect to the outputs are dy1 and dy2
    return h1.mul(dy1).sum().add(h2.mul(dy2).sum());
}

Tensor dh2 = null, do2, dc2, dg2, df2, di2, ds2, dh1, dc1, ds1, dh0, dc0, dU, dW, db;

void backward() {
    // Nothing comes after step 2, so only its output reads h2.
    dh2 = dy2; // (3, 4)

    // h2 = o2 ∘ tanh(c2): the other factor.
    do2 = c2.tanh().mul(dh2); // (3, 4)

    // Who reads c2? Only h2, as no step follows.
    // h2 = o2 ∘ tanh(c2): first the product, then the tanh.
    // The derivative is 1 - tanh² of c2, not of h2, which has the factor o2 in it.
    dc2 = c2.tanh().square().rsub(1).mul(o2).mul(dh2); // (3, 4)

    // c2 = f2 ∘ c1 + i2 ∘ g2: the other factor of its product.
    dg2 = i2.mul(dc2); // (3, 4)

    // The factor that f2 has in c2. Which cell is it, the new one or the old one?
    // The old one.
    df2 = c1.mul(dc2); // (3, 4)

    // The other factor of i2 ∘ g2.
    di2 = g2.mul(dc2); // (3, 4)

    // The quarters of s2, each back through its own function, then side by side in the order of the forward pass.
    // The derivative of σ from its result is i (1 - i); three gates are sigmoids. Which one is not?
    // Tensor.cat(1, …) of the quarters of i, f, g and o; that of g has 1 - g².
    ds2 = Tensor.cat(
            1,
            i2.mul(i2.rsub(1)).mul(di2),
            f2.mul(f2.rsub(1)).mul(df2),
            g2.square().rsub(1).mul(dg2),
            o2.mul(o2.rsub(1)).mul(do2)); // (3, 16)

    // Who reads h1? Its output, and all gates of step 2 through h1 · U.
    // One product with U transposed takes all four gates at once.
    dh1 = dy1.add(ds2.matmulTransposeB(U)); // (3, 4)

    // The two readers of c1: the state h1 of its own step, and the cell c2 of the next one.
    // Through h1 as at step 2: through the product with o1 and the tanh of c1.
    // Through c2 = f2 ∘ c1 + …: the factor is f2, and this is the way that the gradient takes without a tanh.
    dc1 = c1.tanh().square().rsub(1).mul(o1).mul(dh1).add(f2.mul(dc2)); // (3, 4)

    // The gates of step 1 all at once: each of the lines of step 2 put into its quarter.
    // i1 has the factor g1 in c1, f1 has c0, g1 has i1; o1 has tanh(c1) in h1, and only there dh1 is used.
    // Each with the derivative of its σ or tanh.
    ds1 = Tensor.cat(
            1,
            i1.mul(i1.rsub(1)).mul(g1).mul(dc1),
            f1.mul(f1.rsub(1)).mul(c0).mul(dc1),
            g1.square().rsub(1).mul(i1).mul(dc1),
            o1.mul(o1.rsub(1)).mul(c1.tanh()).mul(dh1)); // (3, 16)

    // Who reads h0? Only the gates of step 1.
    dh0 = ds1.matmulTransposeB(U); // (3, 4)

    // Who reads c0? Only c1, in f1 ∘ c0.
    dc0 = f1.mul(dc1); // (3, 4)

    // Both steps use U, and their terms add: what was multiplied by U, transposed, times the gradient of s.
    // In step 1 it was h0, in step 2 h1.
    dU = h0.matmulTransposeA(ds1).add(h1.matmulTransposeA(ds2)); // (4, 16)

    // As for U, with the features in place of the states.
    dW = x1.matmulTransposeA(ds1).add(x2.matmulTransposeA(ds2)); // (2, 16)

    // Used at both steps, and repeated over the rows at each.
    db = ds1.add(ds2).sum(0); // (16)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
