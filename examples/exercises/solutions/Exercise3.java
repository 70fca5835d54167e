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
    // Write r for bnraw, s for bnvar_inv, g for dhpreact; x reaches r = (x - mean) s on three ways: itself, mean, s.
    // dr = bngain ∘ g. The way of x itself gives s ∘ dr.
    // The mean takes off the mean of the gradient: dbndiff summed over the rows and divided by n.
    // The variance: ds = Σ0 bndiff ∘ dr, dvar = -½ s³ ds, and each row gets 2 bndiff / (n - 1) dvar.
    // That is -s³ / (n - 1) bndiff Σ0 (bndiff ∘ dr), and with bndiff = r / s: -s / (n - 1) r ∘ Σ0 (r ∘ dr).
    // Σ0 bndiff is 0, so this part adds nothing to the mean's.
    // Together: dx = bngain ∘ s ∘ (g - Σ0 g / n - r ∘ Σ0 (g ∘ r) / (n - 1)); with n in front it reads as below.
    dhprebn = bngain.mul(bnvar_inv)
            .div(n)
            .mul(dhpreact
                    .mul(n)
                    .sub(dhpreact.sum(0, true))
                    .sub(bnraw.mul(dhpreact.mul(bnraw).sum(0, true)).mul(n / (n - 1.0)))); // (32, 64)
}

// The same through the chunks of exercise 1: what exact compares with.
void reference() {
    var dbnraw = bngain.mul(dhpreact);
    var dbnvar_inv = bndiff.mul(dbnraw).sum(0, true);
    var dbnvar = bnvar.add(1e-5).pow(-1.5).mul(-0.5).mul(dbnvar_inv);
    var dbndiff2 = Tensor.ones(n, 64).to(DType.FLOAT64).mul(dbnvar).div(n - 1);
    var dbndiff = bnvar_inv.mul(dbnraw).add(bndiff.mul(2).mul(dbndiff2));
    dhprebn = dbndiff.add(dbndiff.sum(0, true).neg().div(n));
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
