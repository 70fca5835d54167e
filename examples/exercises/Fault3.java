import module handgrad;

// Fault 3. Find the fault: two linear layers
//
// Five rows through two linear layers with a ReLU between them; all have three features, so that shapes tell little.
//
// The backward pass below is complete, and one of its lines is wrong; what is computed from that line is wrong too.
// Find it by deriving each gradient from the forward pass, mend it, and write the name of its gradient at faulty.

final String faulty = ""; // the gradient whose line is wrong, such as "db2"

final TorchRandom random = TorchRandom.seeded(103);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(5, 3);
final Tensor W1 = randn(3, 3);
final Tensor b1 = randn(3);
final Tensor W2 = randn(3, 3);
final Tensor b2 = randn(3);
final Tensor dy = randn(5, 3); // the gradient that arrives at y

Tensor hpre = null, h, y;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (5, 3)
    var W1 = names.name("W1", this.W1); // (3, 3)
    var b1 = names.name("b1", this.b1); // (3)
    var W2 = names.name("W2", this.W2); // (3, 3)
    var b2 = names.name("b2", this.b2); // (3)
    hpre = names.name("hpre", x.matmul(W1).add(b1)); // (5, 3)
    h = names.name("h", hpre.relu()); // (5, 3)
    y = names.name("y", h.matmul(W2).add(b2)); // (5, 3)
    return y.mul(dy).sum(); // the loss, one number
}

Tensor db2 = null, dW2, dh, dhpre, db1, dW1, dx;

void backward() {
    db2 = dy.sum(0); // (3)
    dW2 = h.t().matmul(dy); // (3, 3)
    dh = dy.matmul(W2); // (5, 3)
    dhpre = Tensor.where(hpre.relu(), dh, dh.mul(0)); // (5, 3)
    db1 = dhpre.sum(0); // (3)
    dW1 = x.t().matmul(dhpre); // (3, 3)
    dx = dhpre.matmul(W1.t()); // (5, 3)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
