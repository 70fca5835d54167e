import module handgrad;

// Fault 2. Find the fault: batch normalisation
//
// Eight rows of three features: mean, difference, variance by n, the root, scale and shift.
//
// The backward pass below is complete, and one of its lines is wrong; what is computed from that line is wrong too.
// Find it by deriving each gradient from the forward pass, mend it, and write the name of its gradient at faulty.

final String faulty = "dx"; // the gradient whose line is wrong, such as "dbias"

final int n = 8; // rows
final TorchRandom random = TorchRandom.seeded(102);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(n, 3);
final Tensor gain = randn(1, 3).mul(0.5).add(1);
final Tensor bias = randn(1, 3);
final Tensor dy = randn(n, 3); // the gradient that arrives at y

Tensor means = null, centred, variances, inverse, raw, y;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (8, 3)
    var gain = names.name("gain", this.gain); // (1, 3)
    var bias = names.name("bias", this.bias); // (1, 3)
    means = names.name("means", x.mean(0, true)); // (1, 3)
    centred = names.name("centred", x.sub(means)); // (8, 3)
    variances = names.name("variances", centred.square().mean(0, true)); // (1, 3)
    inverse = names.name("inverse", variances.add(1e-5).pow(-0.5)); // (1, 3)
    raw = names.name("raw", centred.mul(inverse)); // (8, 3)
    y = names.name("y", raw.mul(gain).add(bias)); // (8, 3)
    return y.mul(dy).sum(); // the loss, one number
}

Tensor dbias = null, dgain, draw, dinverse, dvariances, dcentred, dmeans, dx;

void backward() {
    // bias was repeated over the rows: sum over them.
    dbias = dy.sum(0, true); // (1, 3)

    // The other factor, summed over the rows.
    dgain = raw.mul(dy).sum(0, true); // (1, 3)

    // The other factor.
    draw = gain.mul(dy); // (8, 3)

    // The other factor, summed over the rows.
    dinverse = centred.mul(draw).sum(0, true); // (1, 3)

    // The derivative of v to the power of -0.5 is -0.5 times v to the power of -1.5.
    dvariances = variances.add(1e-5).pow(-1.5).mul(-0.5).mul(dinverse); // (1, 3)

    // Used twice: as a factor of raw, and squared in the mean of variances.
    dcentred = inverse.mul(draw).add(centred.mul(2.0 / n).mul(dvariances)); // (8, 3)

    // Taken off in every row.
    dmeans = dcentred.sum(0, true).neg(); // (1, 3)

    // x is used twice: in the difference, and in the mean.
    // A mean over n rows lets 1 / n of a change of one row through.
    dx = dcentred.add(dmeans.div(n)); // (8, 3)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
