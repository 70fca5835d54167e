import module handgrad;

// Exercise 14. Dropout
//
// In training, dropout sets each unit to 0 with a probability, here 0.3, so that no unit can rely on another
// (Srivastava et al., 2014). What is kept is divided by 0.7, so that the mean of a unit stays what it was, and nothing
// has to be done when the network is used: that is inverted dropout, as PyTorch has it.
//
// Which units are dropped is drawn in the forward pass. Here the masks are drawn once, 1 for a unit that is kept and 0
// for one that is not; they are constants. Where does the gradient of a unit go that was dropped?

final int n = 6; // rows
final double keep = 0.7; // how likely a unit is kept
final TorchRandom random = TorchRandom.seeded(14);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

// 1 with the probability keep, otherwise 0
Tensor mask(int... sizes) {
    var mask = Tensor.rand(random, sizes).to(DType.FLOAT64);
    for (int i = 0; i < mask.shape().elements(); i++) {
        mask.setFlat(i, mask.getFlat(i) < keep ? 1 : 0);
    }
    return mask;
}

final Tensor x = randn(n, 4);
final Tensor target = randn(n, 3);
final Tensor W1 = randn(4, 8).mul(0.5);
final Tensor W2 = randn(8, 8).mul(0.5);
final Tensor W3 = randn(8, 3).mul(0.5);
final Tensor mask1 = mask(n, 8); // of the first hidden layer
final Tensor mask2 = mask(n, 8); // of the second

Tensor pre1 = null, h1, drop1, pre2, h2, drop2, out;

Tensor forward(NamedPass.Names names) {
    var W1 = names.name("W1", this.W1); // (4, 8)
    var W2 = names.name("W2", this.W2); // (8, 8)
    var W3 = names.name("W3", this.W3); // (8, 3)
    // The first hidden layer
    pre1 = names.name("pre1", x.matmul(W1)); // (6, 8)
    h1 = names.name("h1", pre1.tanh()); // (6, 8)
    drop1 = names.name("drop1", h1.mul(mask1).div(keep)); // (6, 8)
    // The second
    pre2 = names.name("pre2", drop1.matmul(W2)); // (6, 8)
    h2 = names.name("h2", pre2.tanh()); // (6, 8)
    drop2 = names.name("drop2", h2.mul(mask2).div(keep)); // (6, 8)
    // The output
    out = names.name("out", drop2.matmul(W3)); // (6, 3)
    return out.sub(target).pow(2).mean(); // the loss, one number
}

Tensor dout = null, dW3, ddrop2, dh2, dpre2, dW2, ddrop1, dh1, dpre1, dW1;

void backward() {
    // Replace each null, from the top down. ./handgrad exercise 14 checks them, with --hint it helps.
    dout = null; // (6, 3)
    dW3 = null; // (8, 3)
    ddrop2 = null; // (6, 8)
    dh2 = null; // (6, 8)
    dpre2 = null; // (6, 8)
    dW2 = null; // (8, 8)
    ddrop1 = null; // (6, 8)
    dh1 = null; // (6, 8)
    dpre1 = null; // (6, 8)
    dW1 = null; // (4, 8)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
