import module handgrad;

// Rung 3. A value that is used twice
//
// a goes two ways: into y = a · b and into z = a + c, and the loss depends on both. dy and dz are given.
//
// When a grows by 0.01, the loss changes by way of y and by way of z, and the two changes happen together. Work out the
// gradient that comes back along each way, as on the two rungs before. What becomes of the two?

Tensor number(double value) {
    return Tensor.scalar(value).to(DType.FLOAT64);
}

final Tensor a = number(2);
final Tensor b = number(3);
final Tensor c = number(7);
final Tensor dy = number(5); // the gradients that arrive at y and z
final Tensor dz = number(-4);

Tensor y = null, z;

Tensor forward(NamedPass.Names names) {
    var a = names.name("a", this.a);
    var b = names.name("b", this.b);
    var c = names.name("c", this.c);
    y = names.name("y", a.mul(b)); // y = a · b
    z = names.name("z", a.add(c)); // z = a + c
    return y.mul(dy).add(z.mul(dz)); // the loss
}

Tensor da = null;

void backward() {
    // Replace each null, from the top down. ./handgrad exercise rung-3 checks them, with --hint it helps.
    da = null; // ()
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
