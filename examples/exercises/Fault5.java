import module handgrad;

// Fault 5. Find the fault: a residual block
//
// A block that adds to its input what a layer makes of it: y = x + tanh(x · W + b) · V.
//
// The backward pass below is complete, and one of its lines is wrong; what is computed from that line is wrong too.
// Find it by deriving each gradient from the forward pass, mend it, and write the name of its gradient at faulty.

final String faulty = ""; // the gradient whose line is wrong, such as "dbranch"

final TorchRandom random = TorchRandom.seeded(105);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(5, 3);
final Tensor W = randn(3, 4).mul(0.5);
final Tensor b = randn(4).mul(0.5);
final Tensor V = randn(4, 3).mul(0.5);
final Tensor dy = randn(5, 3); // the gradient that arrives at y

Tensor hpre = null, h, branch, y;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (5, 3)
    var W = names.name("W", this.W); // (3, 4)
    var b = names.name("b", this.b); // (4)
    var V = names.name("V", this.V); // (4, 3)
    hpre = names.name("hpre", x.matmul(W).add(b)); // (5, 4)
    h = names.name("h", hpre.tanh()); // (5, 4)
    branch = names.name("branch", h.matmul(V)); // (5, 3)
    y = names.name("y", x.add(branch)); // (5, 3)
    return y.mul(dy).sum(); // the loss, one number
}

Tensor dbranch = null, dV, dh, dhpre, db, dW, dx;

void backward() {
    dbranch = dy; // (5, 3)
    dV = h.t().matmul(dbranch); // (4, 3)
    dh = dbranch.matmul(V.t()); // (5, 4)
    dhpre = hpre.square().rsub(1).mul(dh); // (5, 4)
    db = dhpre.sum(0); // (4)
    dW = x.t().matmul(dhpre); // (3, 4)
    dx = dy.add(dhpre.matmul(W.t())); // (5, 3)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
