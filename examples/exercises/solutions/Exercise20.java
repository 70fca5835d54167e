import module handgrad;

// Exercise 20. A recurrent network through four steps
//
// A recurrent network reads a sequence and keeps what it has seen in a state. Each step computes the next state from
// the one before, always with the same W, U and b:
//
//     h[t] = tanh(x[t] · W + h[t - 1] · U + b)
//
// Written out, four steps are a network of four layers that share their weights, and backpropagation through time is
// backpropagation through it, from the last step to the first. Here each state also gives an output, so gradients
// arrive at every step: dy1 to dy4.
//
// The second part is a question. Long sequences are trained in pieces: a piece begins with the state that the one
// before it has left, and takes it as a plain number. The forward pass computes the same to the last bit, but no
// gradient passes the cut. With a cut between steps 2 and 3, which gradients become others? The tensors whose names end
// with cut are those of this second run.

final TorchRandom random = TorchRandom.seeded(20);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(3, 4, 2); // 3 sequences of 4 steps with 2 features
final Tensor h0 = randn(3, 5); // the states at the beginning, given
final Tensor W = randn(2, 5).mul(0.5);
final Tensor U = randn(5, 5).mul(0.5);
final Tensor b = randn(5).mul(0.1);

// The gradients that arrive at the states from above, one for each step
final Tensor dy1 = randn(3, 5);
final Tensor dy2 = randn(3, 5);
final Tensor dy3 = randn(3, 5);
final Tensor dy4 = randn(3, 5);

// The same weights for the run with the cut, and its state after step 2, which is a number there
final Tensor Wcut = W.copy();
final Tensor Ucut = U.copy();
final Tensor bcut = b.copy();
final Tensor kept = step(at(x, 2), step(at(x, 1), h0, W, U, b).tanh(), W, U, b).tanh();

// The features of step t, from 1 to 4: (3, 2)
Tensor at(Tensor sequences, int t) {
    return sequences.narrow(1, t - 1, 1).reshape(3, 2);
}

// One step, before its tanh: (3, 5)
Tensor step(Tensor x, Tensor h, Tensor W, Tensor U, Tensor b) {
    return x.matmul(W).add(h.matmul(U)).add(b);
}

Tensor a1 = null, a2, a3, a4, h1, h2, h3, h4;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (3, 4, 2)
    var W = names.name("W", this.W); // (2, 5)
    var U = names.name("U", this.U); // (5, 5)
    var b = names.name("b", this.b); // (5)

    a1 = names.name("a1", step(at(x, 1), h0, W, U, b)); // (3, 5)
    h1 = names.name("h1", a1.tanh()); // (3, 5)
    a2 = names.name("a2", step(at(x, 2), h1, W, U, b)); // (3, 5)
    h2 = names.name("h2", a2.tanh()); // (3, 5)
    a3 = names.name("a3", step(at(x, 3), h2, W, U, b)); // (3, 5)
    h3 = names.name("h3", a3.tanh()); // (3, 5)
    a4 = names.name("a4", step(at(x, 4), h3, W, U, b)); // (3, 5)
    h4 = names.name("h4", a4.tanh()); // (3, 5)

    // The second run: step 3 begins with kept, which has the numbers of h2cut but does not depend on it
    var Ucut = names.name("Ucut", this.Ucut); // (5, 5)
    var a1cut = names.name("a1cut", step(at(this.x, 1), h0, Wcut, Ucut, bcut)); // (3, 5)
    var h1cut = names.name("h1cut", a1cut.tanh()); // (3, 5)
    var a2cut = names.name("a2cut", step(at(this.x, 2), h1cut, Wcut, Ucut, bcut)); // (3, 5)
    var h2cut = names.name("h2cut", a2cut.tanh()); // (3, 5)
    var a3cut = names.name("a3cut", step(at(this.x, 3), kept, Wcut, Ucut, bcut)); // (3, 5)
    var h3cut = names.name("h3cut", a3cut.tanh()); // (3, 5)
    var a4cut = names.name("a4cut", step(at(this.x, 4), h3cut, Wcut, Ucut, bcut)); // (3, 5)
    var h4cut = names.name("h4cut", a4cut.tanh()); // (3, 5)

    // A loss whose gradients with respect to the outputs of both runs are the given ones
    var loss = h1.mul(dy1).sum().add(h2.mul(dy2).sum()).add(h3.mul(dy3).sum()).add(h4.mul(dy4).sum());
    return loss.add(h1cut.mul(dy1).sum())
            .add(h2cut.mul(dy2).sum())
            .add(h3cut.mul(dy3).sum())
            .add(h4cut.mul(dy4).sum());
}

Tensor dh4 = null, da4, dh3, da3, dh2, da2, dh1, da1, dU, dW, db, dx;
Tensor dh2cut = null, da2cut, dh1cut, da1cut, dUcut;

void backward() {
    // Who reads the last state? No step comes after it.
    // Only the output, so the gradient that arrives is all there is.
    dh4 = dy4; // (3, 5)

    // h4 = tanh(a4). The derivative of tanh can be had from its result, h4, without another tanh.
    // 1 - tanh² of a4 is 1 - h4², elementwise, and the chain rule multiplies by dh4.
    da4 = h4.square().rsub(1).mul(dh4); // (3, 5)

    // Who reads h3? The output of its step, and the next step in h3 · U.
    // Two uses, two terms, which add. What comes back through h3 · U has the form of every linear layer.
    // The second term is da4 times U transposed.
    dh3 = dy3.add(da4.matmulTransposeB(U)); // (3, 5)

    // The same as at step 4, with the result of this step.
    da3 = h3.square().rsub(1).mul(dh3); // (3, 5)

    // The same as dh3, a step earlier.
    // da3 already has in it what comes back from step 4, so step 4 is not added once more.
    dh2 = dy2.add(da3.matmulTransposeB(U)); // (3, 5)

    // Once more the tanh, of this step.
    da2 = h2.square().rsub(1).mul(dh2); // (3, 5)

    // An output and a next step, as before.
    dh1 = dy1.add(da2.matmulTransposeB(U)); // (3, 5)

    // The tanh of the first step.
    da1 = h1.square().rsub(1).mul(dh1); // (3, 5)

    // How many times is U used? Each step gives a term, and they add.
    // In step t it is h[t - 1] · U: a linear layer, whose weight gets its input transposed times what arrives.
    // The input of step 1 is h0, that of step 4 is h3.
    dU = h0.matmulTransposeA(da1)
            .add(h1.matmulTransposeA(da2))
            .add(h2.matmulTransposeA(da3))
            .add(h3.matmulTransposeA(da4)); // (5, 5)

    // As for U, with another input: that of step t is at(x, t).
    dW = at(x, 1).matmulTransposeA(da1)
            .add(at(x, 2).matmulTransposeA(da2))
            .add(at(x, 3).matmulTransposeA(da3))
            .add(at(x, 4).matmulTransposeA(da4)); // (2, 5)

    // b was repeated over the sequences, and used at each step.
    // So two sums: over the rows, and over the steps.
    db = da1.add(da2).add(da3).add(da4).sum(0); // (5)

    // Each step reads its own features, so the gradients of the steps do not add: they stand side by side.
    // Of one step it is the gradient of a linear layer's input. What has the shape (3, 2)?
    // Tensor.stack(1, …) puts four tensors (3, 2) side by side as (3, 4, 2).
    dx = Tensor.stack(
            1,
            da1.matmulTransposeB(W),
            da2.matmulTransposeB(W),
            da3.matmulTransposeB(W),
            da4.matmulTransposeB(W)); // (3, 4, 2)

    // In the second run, who reads h2cut? Step 3 begins with kept.
    // Only the output is left.
    dh2cut = dy2; // (3, 5)

    // The tanh has not changed, and the states of both runs are the same numbers: h2cut is h2.
    da2cut = h2.square().rsub(1).mul(dh2cut); // (3, 5)

    // The cut is between steps 2 and 3. What lies between steps 1 and 2?
    // Nothing: h1cut is read by its output and by step 2, so there are two terms as in dh1.
    dh1cut = dy1.add(da2cut.matmulTransposeB(U)); // (3, 5)

    // The tanh of step 1: h1cut is h1.
    da1cut = h1.square().rsub(1).mul(dh1cut); // (3, 5)

    // U is still used at all four steps, and all four terms are there.
    // Which of the four da are those of the second run? After the cut nothing has changed: da3 and da4 stay.
    // Step 3 multiplies kept, the numbers of h2, by U: a number has no gradient, but it is the input of the product.
    dUcut = h0.matmulTransposeA(da1cut)
            .add(h1.matmulTransposeA(da2cut))
            .add(h2.matmulTransposeA(da3))
            .add(h3.matmulTransposeA(da4)); // (5, 5)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
