import module handgrad;

// Exercise 21. A GRU
//
// The gated recurrent unit (Cho et al., 2014) decides how much of its state it replaces. One step, as PyTorch computes
// it, where σ is the sigmoid and ∘ the product of elements:
//
//     r    = σ(x · Wr + br + h · Ur + cr)           how much of the state the candidate sees
//     z    = σ(x · Wz + bz + h · Uz + cz)           how much of the state is kept
//     n    = tanh(x · Wn + bn + r ∘ (h · Un + cn))  the candidate
//     hnew = (1 - z) ∘ n + z ∘ h
//
// W, U, b and c hold the columns of r, z and n side by side, so that one product gives all three. Count the ways from h
// to hnew before you begin: there are four.

final int hidden = 5;
final TorchRandom random = TorchRandom.seeded(21);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(4, 3); // 4 sequences with 3 features, at one step
final Tensor h = randn(4, hidden).mul(0.5); // their states
final Tensor W = randn(3, 3 * hidden).mul(0.6);
final Tensor b = randn(3 * hidden).mul(0.1);
final Tensor U = randn(hidden, 3 * hidden).mul(0.6);
final Tensor c = randn(3 * hidden).mul(0.1);
final Tensor dhnew = randn(4, hidden); // the gradient that arrives

// The columns of r (which = 0), of z (1) or of n (2)
Tensor gate(Tensor all, int which) {
    return all.narrow(1, which * hidden, hidden);
}

Tensor a = null, p, r, z, n;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (4, 3)
    var h = names.name("h", this.h); // (4, 5)
    var W = names.name("W", this.W); // (3, 15)
    var b = names.name("b", this.b); // (15)
    var U = names.name("U", this.U); // (5, 15)
    var c = names.name("c", this.c); // (15)

    a = names.name("a", x.matmul(W).add(b)); // (4, 15)
    p = names.name("p", h.matmul(U).add(c)); // (4, 15)
    r = names.name("r", gate(a, 0).add(gate(p, 0)).sigmoid()); // (4, 5)
    z = names.name("z", gate(a, 1).add(gate(p, 1)).sigmoid()); // (4, 5)
    var npre = names.name("npre", gate(a, 2).add(r.mul(gate(p, 2)))); // (4, 5)
    n = names.name("n", npre.tanh()); // (4, 5)
    var hnew = names.name("hnew", z.rsub(1).mul(n).add(z.mul(h))); // (4, 5)
    return hnew.mul(dhnew).sum(); // a loss whose gradient with respect to hnew is dhnew
}

Tensor dz = null, dn, dnpre, dr, da, dp, dc, dU, dh, db, dW, dx;

void backward() {
    // Replace each null, from the top down. ./handgrad exercise 21 checks them, with --hint it helps.
    dz = null; // (4, 5)
    dn = null; // (4, 5)
    dnpre = null; // (4, 5)
    dr = null; // (4, 5)
    da = null; // (4, 15)
    dp = null; // (4, 15)
    dc = null; // (15)
    dU = null; // (5, 15)
    dh = null; // (4, 5)
    db = null; // (15)
    dW = null; // (3, 15)
    dx = null; // (4, 3)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
