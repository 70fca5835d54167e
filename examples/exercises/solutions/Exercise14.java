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
    // The loss is a mean of squares, over 6 · 3 elements.
    // Twice what is squared, out - target, divided by 18.
    dout = out.sub(target).mul(2).div(18); // (6, 3)

    // out = drop2 · W3: the input of this product is what dropout left, not h2.
    // The input transposed times the gradient that arrives gives (8, 3).
    dW3 = drop2.matmulTransposeA(dout); // (8, 3)

    // A unit that was dropped has a row of W3 as well, so its gradient here is not 0 yet.
    // dout times W3 transposed.
    ddrop2 = dout.matmulTransposeB(W3); // (6, 8)

    // drop2 = h2 ∘ mask2 / 0.7: how much does an element of drop2 change when that of h2 grows by a little?
    // Not at all where the mask is 0, and 1 / 0.7 as much where it is 1.
    // The mask and the scale are a constant factor, the same backward as forward.
    dh2 = ddrop2.mul(mask2).div(keep); // (6, 8)

    // h2 = tanh(pre2): dropout came after the tanh, so the derivative wants the tensor from before dropout.
    // 1 - h2², with h2 as the tanh gave it.
    dpre2 = h2.pow(2).neg().add(1).mul(dh2); // (6, 8)

    // pre2 = drop1 · W2: a row of W2 belongs to a unit of the first layer.
    // In a row where that unit was dropped it learns nothing: drop1 has a 0 there.
    // drop1 transposed times dpre2.
    dW2 = drop1.matmulTransposeA(dpre2); // (8, 8)

    // dpre2 times W2 transposed.
    ddrop1 = dpre2.matmulTransposeB(W2); // (6, 8)

    // As dh2. Each layer has dropped units of its own: which mask is it?
    // The mask of the first layer, and the same scale.
    dh1 = ddrop1.mul(mask1).div(keep); // (6, 8)

    // The derivative of tanh again, of the first layer.
    dpre1 = h1.pow(2).neg().add(1).mul(dh1); // (6, 8)

    // pre1 = x · W1: nothing was dropped from x.
    // x transposed times dpre1.
    dW1 = x.matmulTransposeA(dpre1); // (4, 8)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
