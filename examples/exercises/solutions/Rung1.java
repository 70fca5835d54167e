import module handgrad;

// Rung 1. A sum
//
// The gradient of a number says how fast the loss grows when the number grows: with a gradient of 3, a change of 0.01
// changes the loss by 0.03. dNAME is the gradient of NAME.
//
// Here y = a + b, and what becomes of y later has given dy already, the gradient of y: it is 4. Let a grow by 0.01. By
// how much does y grow, and then the loss? That tells da. Tensors have methods for what others write with signs:
// a.add(b) is a + b, a.sub(b) is a - b, a.mul(b) is a · b, a.neg() is -a.

Tensor number(double value) {
    return Tensor.scalar(value).to(DType.FLOAT64);
}

final Tensor a = number(2);
final Tensor b = number(5);
final Tensor dy = number(4); // the gradient that arrives at y

Tensor y = null;

Tensor forward(NamedPass.Names names) {
    var a = names.name("a", this.a);
    var b = names.name("b", this.b);
    y = names.name("y", a.add(b)); // y = a + b
    return y.mul(dy); // the loss grows by dy where y grows by 1
}

Tensor da = null;

void backward() {
    // When a grows by 0.01 and b stays, y grows by the same 0.01.
    // So the loss grows as fast with a as with y: a sum hands the gradient on as it is.
    da = dy; // ()
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
