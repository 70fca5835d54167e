import module handgrad;

// Exercise 9. Three batch normalisations
//
// The lectures, the paper (Ioffe and Szegedy, 2015) and PyTorch do not mean quite the same by batch normalisation:
//
//     paper      divides by the biased variance of the batch, Σ (x - mean)² / n
//     lecture    divides by the unbiased one, Σ (x - mean)² / (n - 1)
//     PyTorch    divides by the biased one, but keeps a running average of the unbiased one for later
//     later      in evaluation, divides by the running values, which are constants
//
// All share gain and bias here. Each dNAME of an input is one formula. Where do n, n - 1, Bessel's correction appear?

final int n = 16; // rows
final double eps = 1e-5;
final TorchRandom random = TorchRandom.seeded(9);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor xpaper = randn(n, 4);
final Tensor xlecture = randn(n, 4);
final Tensor xpytorch = randn(n, 4);
final Tensor xlater = randn(n, 4);
final Tensor gain = randn(1, 4).mul(0.1).add(1);
final Tensor bias = randn(1, 4).mul(0.1);

// The gradients that arrive, one for each output
final Tensor dpaper = randn(n, 4);
final Tensor dlecture = randn(n, 4);
final Tensor dpytorch = randn(n, 4);
final Tensor dlater = randn(n, 4);

// Running values
final Tensor mean = randn(1, 4).mul(0.1);
final Tensor variance = Tensor.full(2, 1, 4).to(DType.FLOAT64);

Tensor invpaper = null, invlecture, invpytorch, invlater; // (1, 4) each: (variance + eps)^-½
Tensor rawpaper = null, rawlecture, rawpytorch, rawlater; // (16, 4) each: normalised
Tensor running; // (1, 4)

Tensor forward(NamedPass.Names names) {
    var gain = names.name("gain", this.gain); // (1, 4)
    var bias = names.name("bias", this.bias); // (1, 4)
    var xpaper = names.name("xpaper", this.xpaper); // (16, 4)
    var xlecture = names.name("xlecture", this.xlecture); // (16, 4)
    var xpytorch = names.name("xpytorch", this.xpytorch); // (16, 4)
    var xlater = names.name("xlater", this.xlater); // (16, 4)

    invpaper = xpaper.var(0, Variance.BIASED, true).add(eps).pow(-0.5);
    rawpaper = xpaper.sub(xpaper.mean(0, true)).mul(invpaper);
    var paper = names.name("paper", gain.mul(rawpaper).add(bias)); // (16, 4)

    invlecture = xlecture.var(0, Variance.UNBIASED, true).add(eps).pow(-0.5);
    rawlecture = xlecture.sub(xlecture.mean(0, true)).mul(invlecture);
    var lecture = names.name("lecture", gain.mul(rawlecture).add(bias)); // (16, 4)

    invpytorch = xpytorch.var(0, Variance.BIASED, true).add(eps).pow(-0.5);
    rawpytorch = xpytorch.sub(xpytorch.mean(0, true)).mul(invpytorch);
    var pytorch = names.name("pytorch", gain.mul(rawpytorch).add(bias)); // (16, 4)
    // What PyTorch keeps for later, with Bessel's correction; the loss of this step does not depend on it
    running = variance.mul(0.9).add(xpytorch.var(0, Variance.UNBIASED, true).mul(0.1)); // (1, 4)

    invlater = variance.add(eps).pow(-0.5);
    rawlater = xlater.sub(mean).mul(invlater);
    var later = names.name("later", gain.mul(rawlater).add(bias)); // (16, 4)

    // A loss whose gradients with respect to the four outputs are the given ones
    return paper.mul(dpaper).sum()
            .add(lecture.mul(dlecture).sum())
            .add(pytorch.mul(dpytorch).sum())
            .add(later.mul(dlater).sum());
}

Tensor dbias = null, dgain, dxpaper, dxlecture, dxpytorch, dxlater;

void backward() {
    // bias was repeated over the rows of four outputs: the sum over the rows, and over the four.
    dbias = dpaper.add(dlecture).add(dpytorch).add(dlater).sum(0, true); // (1, 4)

    // gain is a factor of four outputs: the other factor of each, summed over the rows, and over the four.
    dgain = rawpaper.mul(dpaper)
            .add(rawlecture.mul(dlecture))
            .add(rawpytorch.mul(dpytorch))
            .add(rawlater.mul(dlater))
            .sum(0, true); // (1, 4)

    // As in exercise 3, but the variance divides by n, and so does the part of the gradient that came through it.
    // dx = gain ∘ inv ∘ (g - Σ0 g / n - raw ∘ Σ0 (g ∘ raw) / n), with g the gradient that arrives.
    dxpaper = gain.mul(invpaper)
            .mul(dpaper
                    .sub(dpaper.mean(0, true))
                    .sub(rawpaper.mul(dpaper.mul(rawpaper).sum(0, true)).div(n))); // (16, 4)

    // Exercise 3: the mean divides by n, the variance by n - 1.
    dxlecture = gain.mul(invlecture)
            .mul(dlecture
                    .sub(dlecture.mean(0, true))
                    .sub(rawlecture.mul(dlecture.mul(rawlecture).sum(0, true)).div(n - 1))); // (16, 4)

    // It normalises as the paper does. Bessel's correction is in the running value only, which the loss does not see.
    // So nothing of it is in the gradient: the paper's formula.
    dxpytorch = gain.mul(invpytorch)
            .mul(dpytorch
                    .sub(dpytorch.mean(0, true))
                    .sub(rawpytorch.mul(dpytorch.mul(rawpytorch).sum(0, true)).div(n))); // (16, 4)

    // Mean and variance are constants, so only the way of x itself is left: gain ∘ inv ∘ g.
    dxlater = gain.mul(invlater).mul(dlater); // (16, 4)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
