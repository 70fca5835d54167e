import module handgrad;

// Rung 7. A mean
//
// m is the mean of each column: x has two rows and three columns, m three numbers. dm is given.
//
// When x[0, 0] grows by 1, m[0] grows by a half, because there are two rows. Both rows do that, so each gets the
// gradient of its column: a mean forward is a repetition backward, with a factor. To repeat a tensor, add it to zeros
// or multiply ones by it: Tensor.ones(2, 3).to(DType.FLOAT64) is a tensor of ones.

final Tensor x = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
final Tensor dm = Tensor.of(new double[] {2, -4, 6}, 3); // the gradient that arrives at m

Tensor m = null;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (2, 3)
    m = names.name("m", x.mean(0)); // (3), the mean of each column
    return m.mul(dm).sum(); // the loss, one number
}

Tensor dx = null;

void backward() {
    // m[j] = (x[0, j] + x[1, j]) / 2: how fast does it grow with x[0, j]?
    // Each element of a column gets the same: the gradient of the column, over the number of rows.
    // That is dm.div(2), repeated for each row.
    dx = Tensor.ones(2, 3).to(DType.FLOAT64).mul(dm.div(2)); // (2, 3)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
