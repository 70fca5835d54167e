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
    // Replace each null, from the top down. ./handgrad exercise 22 checks them, with --hint it helps.
    dh2 = null; // (3, 4)
    do2 = null; // (3, 4)
    dc2 = null; // (3, 4)
    dg2 = null; // (3, 4)
    df2 = null; // (3, 4)
    di2 = null; // (3, 4)
    ds2 = null; // (3, 16)
    dh1 = null; // (3, 4)
    dc1 = null; // (3, 4)
    ds1 = null; // (3, 16)
    dh0 = null; // (3, 4)
    dc0 = null; // (3, 4)
    dU = null; // (4, 16)
    dW = null; // (2, 16)
    db = null; // (16)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
