import module handgrad;

// Exercise 4. A network trained with your own backward
//
// The network of exercise 1 with 200 hidden units and 12,297 parameters. Write its whole backward pass, with the short
// formulas of exercises 2 and 3, and it trains: no library computes a gradient. The check compares your gradients of
// the first step, then trains for 100 steps with them and compares the losses.

final int n = 32; // examples in a batch
final TorchRandom random = TorchRandom.seeded(2147483647);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

// The parameters
final Tensor C = randn(27, 10);
final Tensor W1 = randn(30, 200).mul(5.0 / 3 / Math.sqrt(30));
final Tensor b1 = randn(200).mul(0.1);
final Tensor W2 = randn(200, 27).mul(0.1);
final Tensor b2 = randn(27).mul(0.1);
final Tensor bngain = randn(1, 200).mul(0.1).add(1);
final Tensor bnbias = randn(1, 200).mul(0.1);

// A batch: three characters each, and the one that follows
final Dataset train = Names.bundled().split(42).train();
final Batch batch = train.batch(n, random); // the next call fills the same two tensors
final Tensor Xb = batch.x(); // (32, 3)
final Tensor Yb = batch.y(); // (32)

Tensor emb = null, embcat, hprebn, bnvar_inv, bnraw, hpreact, h, logits, probs, onehot;

Tensor forward(NamedPass.Names names) {
    var C = names.name("C", this.C);
    var W1 = names.name("W1", this.W1);
    var b1 = names.name("b1", this.b1);
    var W2 = names.name("W2", this.W2);
    var b2 = names.name("b2", this.b2);
    var bngain = names.name("bngain", this.bngain);
    var bnbias = names.name("bnbias", this.bnbias);

    emb = names.name("emb", C.index(Xb)); // (32, 3, 10)
    embcat = names.name("embcat", emb.reshape(n, 30)); // (32, 30)
    hprebn = names.name("hprebn", embcat.matmul(W1).add(b1)); // (32, 200)
    var bndiff = hprebn.sub(hprebn.mean(0, true)); // (32, 200)
    bnvar_inv = bndiff.pow(2).sum(0, true).div(n - 1).add(1e-5).pow(-0.5); // (1, 200)
    bnraw = bndiff.mul(bnvar_inv); // (32, 200)
    hpreact = names.name("hpreact", bngain.mul(bnraw).add(bnbias)); // (32, 200)
    h = names.name("h", hpreact.tanh()); // (32, 200)
    logits = names.name("logits", h.matmul(W2).add(b2)); // (32, 27)
    var counts = logits.sub(logits.max(1, true)).exp(); // (32, 27)
    probs = counts.div(counts.sum(1, true)); // (32, 27)
    onehot = Yb.oneHot(27).to(DType.FLOAT64); // (32, 27)
    return probs.log().mul(onehot).sum().div(-n); // the loss, one number
}

Tensor dlogits = null, dh, dW2, db2, dhpreact, dbngain, dbnbias, dhprebn, dembcat, dW1, db1, demb, dC;

void backward() {
    // Exercise 2.
    dlogits = probs.sub(onehot).div(n); // (32, 27)

    // logits = h · W2 + b2: dlogits times W2 transposed.
    dh = dlogits.matmulTransposeB(W2); // (32, 200)

    // h transposed times dlogits.
    dW2 = h.matmulTransposeA(dlogits); // (200, 27)

    // b2 was repeated over the rows, so sum over them.
    db2 = dlogits.sum(0); // (27)

    // h = tanh(hpreact), and the derivative of tanh is 1 - tanh².
    dhpreact = h.pow(2).neg().add(1).mul(dh); // (32, 200)

    // hpreact = bngain ∘ bnraw + bnbias: the other factor, summed over the rows that bngain was repeated over.
    dbngain = bnraw.mul(dhpreact).sum(0, true); // (1, 200)

    // bnbias was repeated over the rows, so sum over them.
    dbnbias = dhpreact.sum(0, true); // (1, 200)

    // Exercise 3.
    dhprebn = bngain.mul(bnvar_inv)
            .mul(dhpreact
                    .sub(dhpreact.mean(0, true))
                    .sub(bnraw.mul(dhpreact.mul(bnraw).sum(0, true)).div(n - 1))); // (32, 200)

    // hprebn = embcat · W1 + b1: dhprebn times W1 transposed.
    dembcat = dhprebn.matmulTransposeB(W1); // (32, 30)

    // embcat transposed times dhprebn.
    dW1 = embcat.matmulTransposeA(dhprebn); // (30, 200)

    // b1 was repeated over the rows, so sum over them; 0 but for rounding, as normalisation takes b1 off again.
    db1 = dhprebn.sum(0); // (200)

    // The same numbers in another shape.
    demb = dembcat.reshape(n, 3, 10); // (32, 3, 10)

    // emb[i, j] is the row Xb[i, j] of C: add demb[i, j] to that row of dC.
    dC = Tensor.zeros(27, 10).to(DType.FLOAT64).indexAdd(Xb, demb); // (27, 10)
}

// Trains, and gives the loss of every step.
double[] train() {
    var losses = new double[100];
    for (int step = 0; step < losses.length; step++) {
        train.batch(n, random);
        losses[step] = forward((_, value) -> value).item();
        backward();
        update(C, dC);
        update(W1, dW1);
        update(b1, db1);
        update(W2, dW2);
        update(b2, db2);
        update(bngain, dbngain);
        update(bnbias, dbnbias);
    }
    return losses;
}

// A step of gradient descent with learning rate 0.1.
void update(Tensor parameter, Tensor gradient) {
    parameter.addInPlace(gradient.mul(-0.1));
}

void main() {
    var losses = train();
    IO.println("loss from " + losses[0] + " to " + losses[losses.length - 1]);
}
