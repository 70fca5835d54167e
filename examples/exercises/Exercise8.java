import module handgrad;

// Exercise 8. Tanh and GELU
//
// Two activations on top of each other. GELU is x times the probability that a normally distributed number is below x;
// this is its approximation by tanh (Hendrycks and Gimpel, 2016):
//
//     gelu(x) = ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))
//
// It uses x in more than one place.

final double k = Math.sqrt(2 / Math.PI);
final TorchRandom random = TorchRandom.seeded(8);

final Tensor s = Tensor.randn(random, 8, 6).to(DType.FLOAT64);

Tensor x = null, inner, t, y;

Tensor forward(NamedPass.Names names) {
    var s = names.name("s", this.s); // (8, 6)
    x = names.name("x", s.tanh()); // (8, 6)
    inner = names.name("inner", x.add(x.pow(3).mul(0.044715)).mul(k)); // (8, 6)
    t = names.name("t", inner.tanh()); // (8, 6)
    y = names.name("y", x.mul(t.add(1)).mul(0.5)); // (8, 6)
    return y.pow(2).mean(); // the loss, one number
}

Tensor dy = null, dt, dinner, dx, ds;

void backward() {
    // Replace each null, from the top down. ./handgrad exercise 8 checks them, with --hint it helps.
    dy = null; // (8, 6)
    dt = null; // (8, 6)
    dinner = null; // (8, 6)
    dx = null; // (8, 6)
    ds = null; // (8, 6)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
