import module handgrad;

// Fault 6. Find the fault: a gate
//
// A gate between 0 and 1 mixes the input with something new: y = g · x + (1 - g) · c, as in a GRU.
//
// The backward pass below is complete, and one of its lines is wrong; what is computed from that line is wrong too.
// Find it by deriving each gradient from the forward pass, mend it, and write the name of its gradient at faulty.

final String faulty = ""; // the gradient whose line is wrong, such as "dc"

final TorchRandom random = TorchRandom.seeded(106);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(4, 3);
final Tensor W = randn(3, 3);
final Tensor U = randn(3, 3).mul(0.5);
final Tensor dy = randn(4, 3); // the gradient that arrives at y

Tensor gpre = null, g, cpre, c, y;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (4, 3)
    var W = names.name("W", this.W); // (3, 3)
    var U = names.name("U", this.U); // (3, 3)
    gpre = names.name("gpre", x.matmul(W)); // (4, 3)
    g = names.name("g", gpre.sigmoid()); // (4, 3)
    cpre = names.name("cpre", x.matmul(U)); // (4, 3)
    c = names.name("c", cpre.tanh()); // (4, 3)
    y = names.name("y", g.mul(x).add(g.rsub(1).mul(c))); // (4, 3)
    return y.mul(dy).sum(); // the loss, one number
}

Tensor dc = null, dcpre, dU, dg, dgpre, dW, dx;

void backward() {
    dc = g.rsub(1).mul(dy); // (4, 3)
    dcpre = c.square().rsub(1).mul(dc); // (4, 3)
    dU = x.t().matmul(dcpre); // (3, 3)
    dg = x.sub(c).mul(dy); // (4, 3)
    dgpre = g.mul(g.rsub(1)).mul(dg); // (4, 3)
    dW = x.t().matmul(dgpre); // (3, 3)
    dx = dgpre.matmul(W.t()).add(dcpre.matmul(U.t())); // (4, 3)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
