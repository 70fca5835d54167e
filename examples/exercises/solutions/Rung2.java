import module handgrad;

// Rung 2. A product
//
// y = a · b, and dy is given. When a grows by 0.01, y grows by b times as much: with b = -3 it even falls. So the other
// factor says how much of a change of a arrives at y.
//
// Backward is always the same two steps in one: how much does y change (the local derivative), times how much the loss
// changes with y (the gradient that arrives). Write da.

Tensor number(double value) {
    return Tensor.scalar(value).to(DType.FLOAT64);
}

final Tensor a = number(2);
final Tensor b = number(-3);
final Tensor dy = number(5); // the gradient that arrives at y

Tensor y = null;

Tensor forward(NamedPass.Names names) {
    var a = names.name("a", this.a);
    var b = names.name("b", this.b);
    y = names.name("y", a.mul(b)); // y = a · b
    return y.mul(dy); // the loss grows by dy where y grows by 1
}

Tensor da = null;

void backward() {
    // When a grows by 0.01, y = a · b changes by 0.01 · b: the local derivative is the other factor.
    // Then the loss changes by dy for each unit of y: the local derivative times the gradient that arrives.
    da = b.mul(dy); // ()
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
