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
    // Replace each null, from the top down. ./handgrad exercise 18 checks them, with --hint it helps.
    dgainroot = null; // (6)
    drawroot = null; // (4, 6)
    dinvroot = null; // (4, 1)
    dsquare = null; // (4, 1)
    dxroot = null; // (4, 6)
    dbiaslayer = null; // (6)
    dgainlayer = null; // (6)
    drawlayer = null; // (4, 6)
    dxlayer = null; // (4, 6)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
