import module handgrad;

// Exercise 18. LayerNorm against RMSNorm
//
// Layer normalisation takes the mean off each row and divides by the standard deviation. RMSNorm (Zhang and Sennrich,
// 2019), which LLaMA uses, leaves the mean where it is and divides by the root of the mean square, and has no bias.
// First go back through RMSNorm step by step. Then write LayerNorm's dxlayer in one formula, as in exercise 10: it is
// RMSNorm's and one term more.
//
// When both are right, look at the sums of dxlayer over each row, and at those of xroot ∘ dxroot. They are 0, or
// nearly. Why must they be? What does LayerNorm do to a row to which 1 is added, and RMSNorm to one that is doubled?

final int features = 6;
final double eps = 1e-5;
final TorchRandom random = TorchRandom.seeded(18);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor xroot = randn(4, features).mul(2).add(1);
final Tensor xlayer = randn(4, features).mul(2).add(1);
final Tensor gainroot = randn(features).mul(0.3).add(1);
final Tensor gainlayer = randn(features).mul(0.3).add(1);
final Tensor biaslayer = randn(features).mul(0.1);

// The gradients that arrive, one for each output
final Tensor droot = randn(4, features);
final Tensor dlayer = randn(4, features);

Tensor square = null, invroot, rawroot; // of RMSNorm
Tensor invlayer = null, rawlayer; // of LayerNorm

Tensor forward(NamedPass.Names names) {
    // RMSNorm
    var xroot = names.name("xroot", this.xroot); // (4, 6)
    var gainroot = names.name("gainroot", this.gainroot); // (6)
    square = names.name("square", xroot.pow(2).mean(1, true)); // (4, 1), the mean square
    invroot = names.name("invroot", square.add(eps).pow(-0.5)); // (4, 1)
    rawroot = names.name("rawroot", xroot.mul(invroot)); // (4, 6)
    var root = names.name("root", rawroot.mul(gainroot)); // (4, 6)

    // LayerNorm
    var xlayer = names.name("xlayer", this.xlayer); // (4, 6)
    var gainlayer = names.name("gainlayer", this.gainlayer); // (6)
    var biaslayer = names.name("biaslayer", this.biaslayer); // (6)
    invlayer = xlayer.var(1, Variance.BIASED, true).add(eps).pow(-0.5); // (4, 1)
    rawlayer = names.name("rawlayer", xlayer.sub(xlayer.mean(1, true)).mul(invlayer)); // (4, 6)
    var layer = names.name("layer", rawlayer.mul(gainlayer).add(biaslayer)); // (4, 6)

    // A loss whose gradients with respect to the two outputs are the given ones
    return root.mul(droot).sum().add(layer.mul(dlayer).sum());
}

Tensor dgainroot = null, drawroot, dinvroot, dsquare, dxroot;
Tensor dbiaslayer = null, dgainlayer, drawlayer, dxlayer;

void backward() {
    // root = rawroot ∘ gainroot, and gainroot (6) was repeated over the 4 rows.
    // The other factor, summed over what it was repeated over.
    dgainroot = rawroot.mul(droot).sum(0); // (6)

    // The other factor of rawroot, repeated by broadcasting.
    drawroot = gainroot.mul(droot); // (4, 6)

    // rawroot = xroot ∘ invroot: invroot (4, 1) was repeated over the columns.
    // The other factor is xroot; sum over dimension 1 and keep it.
    dinvroot = xroot.mul(drawroot).sum(1, true); // (4, 1)

    // invroot = (square + eps)^-½. A power comes down as a factor, and loses 1.
    // -½ (square + eps)^(-3/2): do not forget eps. It is also -½ invroot³.
    dsquare = invroot.pow(3).mul(-0.5).mul(dinvroot); // (4, 1)

    // xroot is used twice: in rawroot, and in square.
    // In rawroot with the factor invroot. In square: the mean of 6 squares, so 2 xroot / 6 for each element.
    // Put together and simplified it is invroot ∘ (drawroot - rawroot ∘ mean1(drawroot ∘ rawroot)).
    dxroot = invroot.mul(drawroot).add(xroot.mul(2.0 / features).mul(dsquare)); // (4, 6)

    // layer = rawlayer ∘ gainlayer + biaslayer: biaslayer (6) was repeated over the rows.
    dbiaslayer = dlayer.sum(0); // (6)

    // As dgainroot.
    dgainlayer = rawlayer.mul(dlayer).sum(0); // (6)

    // As drawroot.
    drawlayer = gainlayer.mul(dlayer); // (4, 6)

    // Write RMSNorm's formula with the tensors of LayerNorm. What did LayerNorm take off in the forward pass?
    // The mean of each row; so the gradient loses the mean of each row of what arrives at rawlayer.
    // gain differs within a row, so the means take drawlayer, not dlayer.
    // invlayer ∘ (drawlayer - mean1(drawlayer) - rawlayer ∘ mean1(drawlayer ∘ rawlayer)).
    dxlayer = invlayer.mul(drawlayer
            .sub(drawlayer.mean(1, true))
            .sub(rawlayer.mul(drawlayer.mul(rawlayer).mean(1, true)))); // (4, 6)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
