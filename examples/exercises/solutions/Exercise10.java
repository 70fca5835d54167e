import module handgrad;

// Exercise 10. Layer normalisation
//
// Batch normalisation takes mean and variance of each column, over the examples; layer normalisation (Ba, Kiros and
// Hinton, 2016) of each row, over the features, with the biased variance. gain and bias still belong to the columns.
// Mind the dimensions of the sums: some go over rows, some over columns.

final int features = 8;
final TorchRandom random = TorchRandom.seeded(10);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(6, features).mul(2).add(1);
final Tensor gain = randn(features).mul(0.1).add(1);
final Tensor bias = randn(features).mul(0.1);
final Tensor dy = randn(6, features); // the gradient that arrives

Tensor inv = null, raw;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (6, 8)
    var gain = names.name("gain", this.gain); // (8)
    var bias = names.name("bias", this.bias); // (8)
    inv = x.var(1, Variance.BIASED, true).add(1e-5).pow(-0.5); // (6, 1)
    raw = names.name("raw", x.sub(x.mean(1, true)).mul(inv)); // (6, 8)
    var y = names.name("y", raw.mul(gain).add(bias)); // (6, 8)
    return y.mul(dy).sum(); // a loss whose gradient with respect to y is dy
}

Tensor dbias = null, dgain, draw, dx;

void backward() {
    // bias (8) was repeated over the 6 rows: sum over them.
    dbias = dy.sum(0); // (8)

    // gain too; its other factor is raw.
    dgain = raw.mul(dy).sum(0); // (8)

    // The other factor of raw is gain, which broadcasts over the rows.
    draw = gain.mul(dy); // (6, 8)

    // The formula of batch normalisation with rows and columns exchanged: sums over dimension 1.
    // gain differs within a row, so it cannot stand in front of the sums: they take draw, not dy.
    // dx = inv ∘ (draw - Σ1 draw / 8 - raw ∘ Σ1 (draw ∘ raw) / 8).
    dx = inv.mul(draw.sub(draw.mean(1, true)).sub(raw.mul(draw.mul(raw).mean(1, true)))); // (6, 8)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
