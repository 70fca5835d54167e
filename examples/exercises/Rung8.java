import module handgrad;

// Rung 8. A matrix product, by its shapes
//
// y = x · W: x is (2, 3), W is (3, 4), y is (2, 4). The gradient of W has the shape of W, (3, 4), and is made of what
// there is: x (2, 3) and dy (2, 4). Only one matrix product of these two has that shape. Which one has to be
// transposed, and where does it stand?
//
// a.matmul(b) is the product, a.t() the transpose. The shapes tell the formula; that it is true you see from one
// element: W[i, j] meets x[n, i] on the way to y[n, j], for each row n.

final Tensor x = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
final Tensor W = Tensor.of(new double[] {1, 0, -1, 2, 3, 1, 0, -2, 1, 1, 2, 0}, 3, 4);
final Tensor dy = Tensor.of(new double[] {1, -1, 2, 0, 3, 1, -2, 4}, 2, 4); // the gradient that arrives at y

Tensor y = null;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (2, 3)
    var W = names.name("W", this.W); // (3, 4)
    y = names.name("y", x.matmul(W)); // (2, 4)
    return y.mul(dy).sum(); // the loss, one number
}

Tensor dW = null;

void backward() {
    // Replace each null, from the top down. ./handgrad exercise rung-8 checks them, with --hint it helps.
    dW = null; // (3, 4)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
