import module handgrad;

// Exercise 3. Batch normalisation in one formula
//
// Exercise 1 went back through batch normalisation in seven steps, from hpreact to hprebn. Put the steps together on
// paper and simplify until dhprebn is one expression of bngain, bnvar_inv, bnraw, dhpreact and n.
//
// dhpreact is given: it stands for all that comes after. The check compares with the seven steps; rounding makes the
// last digits differ, so exact may be false: approximate is what counts.

final int n = 32; // examples in the batch
final TorchRandom random = TorchRandom.seeded(2147483647);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor hprebn = randn(n, 64).mul(2).add(1);
final Tensor bngain = randn(1, 64).mul(0.1).add(1);
final Tensor bnbias = randn(1, 64).mul(0.1);
final Tensor dhpreact = randn(n, 64); // the gradient that arrives

Tensor bndiff = null, bnvar, bnvar_inv, bnraw;

Tensor forward(NamedPass.Names names) {
    var hprebn = names.name("hprebn", this.hprebn); // (32, 64)
    bndiff = hprebn.sub(hprebn.sum(0, true).div(n)); // (32, 64)
    bnvar = bndiff.pow(2).sum(0, true).div(n - 1); // (1, 64), Bessel's correction
    bnvar_inv = bnvar.add(1e-5).pow(-0.5); // (1, 64)
    bnraw = bndiff.mul(bnvar_inv); // (32, 64)
    var hpreact = names.name("hpreact", bngain.mul(bnraw).add(bnbias)); // (32, 64)
    return hpreact.mul(dhpreact).sum(); // a loss whose gradient with respect to hpreact is dhpreact
}

Tensor dhprebn;

void backward() {
    // Replace each null, from the top down. ./handgrad exercise 3 checks them, with --hint it helps.
    dhprebn = null; // (32, 64)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
