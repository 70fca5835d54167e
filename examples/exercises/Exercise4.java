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
    // Replace each null, from the top down. ./handgrad exercise 4 checks them, with --hint it helps.
    dlogits = null; // (32, 27)
    dh = null; // (32, 200)
    dW2 = null; // (200, 27)
    db2 = null; // (27)
    dhpreact = null; // (32, 200)
    dbngain = null; // (1, 200)
    dbnbias = null; // (1, 200)
    dhprebn = null; // (32, 200)
    dembcat = null; // (32, 30)
    dW1 = null; // (30, 200)
    db1 = null; // (200)
    demb = null; // (32, 3, 10)
    dC = null; // (27, 10)
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
