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
    // loss = Σ y² / 48.
    dy = y.mul(2).div(48); // (8, 6)

    // y = ½ x (1 + t): the factor of t is ½ x.
    dt = x.mul(0.5).mul(dy); // (8, 6)

    // t = tanh(inner): 1 - t².
    dinner = t.pow(2).neg().add(1).mul(dt); // (8, 6)

    // x is used in y and in inner, and the two terms add.
    // In y = ½ x (1 + t), for a given t: ½ (1 + t).
    // In inner = k (x + 0.044715 x³): k (1 + 3 · 0.044715 x²).
    dx = t.add(1).mul(0.5).mul(dy).add(x.pow(2).mul(3 * 0.044715).add(1).mul(k).mul(dinner)); // (8, 6)

    // x = tanh(s): 1 - x².
    ds = x.pow(2).neg().add(1).mul(dx); // (8, 6)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
