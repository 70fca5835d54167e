import module handgrad;

// Rung 9. A transpose
//
// y = x transposed: y[j, i] is x[i, j], nothing is computed. So every gradient goes back to the place that its number
// came from.
//
// A common mistake is reshape, which keeps the numbers in the order of the memory, row by row, and only says that the
// rows are of another length: the shape is right, and the numbers stand at the wrong places.

final Tensor x = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
final Tensor dy = Tensor.of(new double[] {1, -4, 2, 5, -3, 6}, 3, 2); // the gradient that arrives at y

Tensor y = null;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (2, 3)
    y = names.name("y", x.transpose(0, 1)); // (3, 2)
    return y.mul(dy).sum(); // the loss, one number
}

Tensor dx = null;

void backward() {
    // x[i, j] went to y[j, i], so its gradient is dy[j, i].
    // The same as forward: rows become columns again.
    dx = dy.transpose(0, 1); // (2, 3)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
