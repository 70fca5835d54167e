import module handgrad;

// Rung 6. A sum where something was repeated
//
// A bias b of three numbers is added to each of two rows: x is (2, 3), b is (3), and add repeats b for every row. That
// is called broadcasting.
//
// So b[0] takes part in y[0, 0] and in y[1, 0]: it is used twice, and rung 3 says what happens then. Look at the shape:
// db must have the shape of b. t.sum(0) adds the rows together, t.sum(1) the columns.

final Tensor x = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
final Tensor b = Tensor.of(new double[] {10, 20, 30}, 3);
final Tensor dy = Tensor.of(new double[] {1, -2, 3, 4, 5, -7}, 2, 3); // the gradient that arrives at y

Tensor y = null;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (2, 3)
    var b = names.name("b", this.b); // (3)
    y = names.name("y", x.add(b)); // (2, 3), b is repeated for each row
    return y.mul(dy).sum(); // the loss, one number
}

Tensor db = null;

void backward() {
    // Replace each null, from the top down. ./handgrad exercise rung-6 checks them, with --hint it helps.
    db = null; // (3)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
