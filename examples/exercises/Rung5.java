import module handgrad;

// Rung 5. tanh
//
// Now y = tanh(x), for three numbers at once: a tensor of shape (3), and each element goes its own way. mul and add of
// two tensors work element by element.
//
// tanh squeezes every number between -1 and 1. Its slope at x is 1 - tanh(x)²: 1 in the middle, nearly 0 where it is
// flat and a neuron is said to be saturated. y is tanh(x) already. Powers are t.pow(2) or t.square(), and 1 - t is
// t.rsub(1) or t.neg().add(1).

final Tensor x = Tensor.of(new double[] {0.5, -1, 2}, 3);
final Tensor dy = Tensor.of(new double[] {1, 2, -3}, 3); // the gradient that arrives at y

Tensor y = null;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (3)
    y = names.name("y", x.tanh()); // (3)
    return y.mul(dy).sum(); // the loss, one number
}

Tensor dx = null;

void backward() {
    // Replace each null, from the top down. ./handgrad exercise rung-5 checks them, with --hint it helps.
    dx = null; // (3)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
