import module handgrad;

// Exercise 12. A network of two layers, from nothing
//
// Points of the plane, inside or outside of a circle: a hidden layer of 16 units with tanh, a linear layer to two
// logits, cross-entropy. Write its backward pass, and it learns. The check compares your gradients, then trains for 300
// steps with them and compares the losses.

final int n = 64; // points
final TorchRandom random = TorchRandom.seeded(12);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(n, 2);
final Tensor onehot = inside(x).oneHot(2).to(DType.FLOAT64); // (64, 2), 1 at the right class

// (64), 1 for a point whose distance from the middle is below 1, and 0 for others
Tensor inside(Tensor points) {
    int[] classes = new int[n];
    Arrays.setAll(classes, i -> Math.hypot(points.get(i, 0), points.get(i, 1)) < 1 ? 1 : 0);
    return Tensor.of(classes, n);
}

// The parameters
final Tensor W1 = randn(2, 16);
final Tensor b1 = randn(16).mul(0.1);
final Tensor W2 = randn(16, 2).mul(0.25);
final Tensor b2 = randn(2).mul(0.1);

Tensor hpre = null, h, logits, probs;

Tensor forward(NamedPass.Names names) {
    var W1 = names.name("W1", this.W1); // (2, 16)
    var b1 = names.name("b1", this.b1); // (16)
    var W2 = names.name("W2", this.W2); // (16, 2)
    var b2 = names.name("b2", this.b2); // (2)
    hpre = names.name("hpre", x.matmul(W1).add(b1)); // (64, 16)
    h = names.name("h", hpre.tanh()); // (64, 16)
    logits = names.name("logits", h.matmul(W2).add(b2)); // (64, 2)
    var counts = logits.sub(logits.max(1, true)).exp(); // (64, 2)
    probs = counts.div(counts.sum(1, true)); // (64, 2)
    return probs.log().mul(onehot).sum().div(-n); // the loss, one number
}

Tensor dlogits = null, db2, dW2, dh, dhpre, db1, dW1;

void backward() {
    // Softmax with cross-entropy, exercise 2: the probabilities, less 1 at the target, over n.
    dlogits = probs.sub(onehot).div(n); // (64, 2)

    // b2 was repeated over the rows: sum over them.
    db2 = dlogits.sum(0); // (2)

    // logits = h · W2: h transposed times dlogits.
    dW2 = h.matmulTransposeA(dlogits); // (16, 2)

    // dlogits times W2 transposed.
    dh = dlogits.matmulTransposeB(W2); // (64, 16)

    // h = tanh(hpre): 1 - h².
    dhpre = h.pow(2).neg().add(1).mul(dh); // (64, 16)

    // b1 was repeated over the rows: sum over them.
    db1 = dhpre.sum(0); // (16)

    // hpre = x · W1: x transposed times dhpre.
    dW1 = x.matmulTransposeA(dhpre); // (2, 16)
}

// Trains, and gives the loss of every step.
double[] train() {
    var losses = new double[300];
    for (int step = 0; step < losses.length; step++) {
        losses[step] = forward((_, value) -> value).item();
        backward();
        update(W1, dW1);
        update(b1, db1);
        update(W2, dW2);
        update(b2, db2);
    }
    return losses;
}

// A step of gradient descent with learning rate 1.
void update(Tensor parameter, Tensor gradient) {
    parameter.addInPlace(gradient.mul(-1));
}

void main() {
    var losses = train();
    IO.println("loss from " + losses[0] + " to " + losses[losses.length - 1]);
}
