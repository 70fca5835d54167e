import module handgrad;

// Exercise 26. A whole GPT
//
// Characters in, the next characters out: an embedding with positions (exercise 7), a transformer block (exercise 25,
// with the same names: take your lines over), a last normalisation, a head that gives the logits, and cross-entropy
// (exercise 2).
//
// The head is tied, as in exercise 16: it has no weight of its own, but the table of the embedding once more,
// transposed. So the table is read at both ends of the network.
//
// Write its whole backward pass, and it trains on one line of text. The check compares your gradients, then trains for
// 60 steps with them and compares the losses.

final String text = "to be or not to be";
final String alphabet = " benort";
final int vocabulary = 7; // characters of the alphabet
final int n = 3; // texts: pieces of the line
final int times = 6;
final int heads = 2;
final int d = 4; // the size of a head
final int width = heads * d;
final double k0 = Math.sqrt(2 / Math.PI); // the constants of GELU
final double k1 = 0.044715;
final TorchRandom random = TorchRandom.seeded(26);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

// The numbers of six characters each, from three places of the line on: (3, 6)
Tensor characters(int... starts) {
    int[] numbers = new int[n * times];
    Arrays.setAll(numbers, i -> alphabet.indexOf(text.charAt(starts[i / times] + i % times)));
    return Tensor.of(numbers, n, times);
}

final Tensor tokens = characters(0, 5, 11); // (3, 6)
final Tensor onehot = characters(1, 6, 12).oneHot(vocabulary).to(DType.FLOAT64); // (3, 6, 7), 1 at the next character

// The parameters
final Tensor table = randn(vocabulary, width).mul(0.5);
final Tensor positions = randn(times, width).mul(0.5);
final Tensor gain1 = randn(width).mul(0.1).add(1);
final Tensor bias1 = randn(width).mul(0.1);
final Tensor Wqkv = randn(width, 3 * width).mul(0.4);
final Tensor Wo = randn(width, width).mul(0.4);
final Tensor gain2 = randn(width).mul(0.1).add(1);
final Tensor bias2 = randn(width).mul(0.1);
final Tensor W1 = randn(width, 4 * width).mul(0.4);
final Tensor b1 = randn(4 * width).mul(0.1);
final Tensor W2 = randn(4 * width, width).mul(0.2);
final Tensor b2 = randn(width).mul(0.1);
final Tensor gain3 = randn(width).mul(0.1).add(1);
final Tensor bias3 = randn(width).mul(0.1);

final Tensor seen = seen(); // (6, 6), 1 at [i, j] where j ≤ i, and 0 in the future
final Tensor never = Tensor.full(Double.NEGATIVE_INFINITY, times, times).to(DType.FLOAT64);

Tensor seen() {
    var seen = Tensor.zeros(times, times).to(DType.FLOAT64);
    for (int i = 0; i < times; i++) {
        for (int j = 0; j <= i; j++) {
            seen.set(1, i, j);
        }
    }
    return seen;
}

// What each place is normalised with: 1 / its standard deviation, (3, 6, 1)
Tensor inverse(Tensor all) {
    return all.var(2, Variance.BIASED, true).add(1e-5).pow(-0.5);
}

// Columns into heads: (3, 6, 8) to (3, 2, 6, 4), texts, heads, times, size of a head
Tensor split(Tensor all) {
    return all.reshape(n, times, heads, d).transpose(1, 2);
}

// Heads side by side again: (3, 2, 6, 4) to (3, 6, 8)
Tensor join(Tensor all) {
    return all.transpose(1, 2).reshape(n, times, width);
}

Tensor x = null, inv1, raw1, norm1, qkv, q, k, v, weights, joined, h;
Tensor inv2 = null, raw2, norm2, pre, tanh, act, out;
Tensor inv3 = null, raw3, norm3, probs;

Tensor forward(NamedPass.Names names) {
    var table = names.name("table", this.table); // (7, 8)
    var positions = names.name("positions", this.positions); // (6, 8)
    var gain1 = names.name("gain1", this.gain1); // (8)
    var bias1 = names.name("bias1", this.bias1); // (8)
    var Wqkv = names.name("Wqkv", this.Wqkv); // (8, 24)
    var Wo = names.name("Wo", this.Wo); // (8, 8)
    var gain2 = names.name("gain2", this.gain2); // (8)
    var bias2 = names.name("bias2", this.bias2); // (8)
    var W1 = names.name("W1", this.W1); // (8, 32)
    var b1 = names.name("b1", this.b1); // (32)
    var W2 = names.name("W2", this.W2); // (32, 8)
    var b2 = names.name("b2", this.b2); // (8)
    var gain3 = names.name("gain3", this.gain3); // (8)
    var bias3 = names.name("bias3", this.bias3); // (8)

    // Characters and positions
    x = names.name("x", table.index(tokens).add(positions)); // (3, 6, 8)
    // The block: layer normalisation
    inv1 = inverse(x); // (3, 6, 1)
    raw1 = x.sub(x.mean(2, true)).mul(inv1); // (3, 6, 8)
    norm1 = names.name("norm1", raw1.mul(gain1).add(bias1)); // (3, 6, 8)
    // Attention
    qkv = names.name("qkv", norm1.matmul(Wqkv)); // (3, 6, 24)
    q = names.name("q", split(qkv.narrow(2, 0, width))); // (3, 2, 6, 4)
    k = names.name("k", split(qkv.narrow(2, width, width))); // (3, 2, 6, 4)
    v = names.name("v", split(qkv.narrow(2, 2 * width, width))); // (3, 2, 6, 4)
    var scores = names.name("scores", q.matmulTransposeB(k).div(Math.sqrt(d))); // (3, 2, 6, 6)
    weights = names.name("weights", Tensor.where(seen, scores, never).softmax(3)); // (3, 2, 6, 6)
    joined = names.name("joined", join(weights.matmul(v))); // (3, 6, 8)
    h = names.name("h", x.add(joined.matmul(Wo))); // (3, 6, 8)
    // Layer normalisation
    inv2 = inverse(h); // (3, 6, 1)
    raw2 = h.sub(h.mean(2, true)).mul(inv2); // (3, 6, 8)
    norm2 = names.name("norm2", raw2.mul(gain2).add(bias2)); // (3, 6, 8)
    // Two linear layers with GELU between them: ½ pre (1 + tanh(k0 (pre + k1 pre³)))
    pre = names.name("pre", norm2.matmul(W1).add(b1)); // (3, 6, 32)
    tanh = pre.add(pre.pow(3).mul(k1)).mul(k0).tanh(); // (3, 6, 32)
    act = names.name("act", pre.mul(tanh.add(1)).mul(0.5)); // (3, 6, 32)
    out = names.name("out", h.add(act.matmul(W2).add(b2))); // (3, 6, 8)
    // The last layer normalisation
    inv3 = inverse(out); // (3, 6, 1)
    raw3 = out.sub(out.mean(2, true)).mul(inv3); // (3, 6, 8)
    norm3 = names.name("norm3", raw3.mul(gain3).add(bias3)); // (3, 6, 8)
    // The tied head and cross-entropy, a mean over all 18 places
    var logits = names.name("logits", norm3.matmulTransposeB(table)); // (3, 6, 7)
    probs = logits.softmax(2); // (3, 6, 7)
    return probs.log().mul(onehot).sum().div(-n * times); // the loss, one number
}

Tensor dlogits = null, dnorm3, dbias3, dgain3, dout;
Tensor db2 = null, dW2, dact, dpre, db1, dW1, dnorm2, dbias2, dgain2, dh;
Tensor dWo = null, djoined, dweights, dv, dscores, dk, dq, dqkv, dWqkv, dnorm1, dbias1, dgain1, dx;
Tensor dpositions = null, dtable;

void backward() {
    // Softmax with cross-entropy, exercise 2. Over how many places is the mean taken?
    // The probabilities, less 1 at the target, over all n · times places.
    dlogits = probs.sub(onehot).div(n * times); // (3, 6, 7)

    // logits = norm3 · tableᵀ. The weight of this linear layer is tableᵀ, (8, 7).
    // dlogits times the transpose of tableᵀ: the table as it is.
    dnorm3 = dlogits.matmul(table); // (3, 6, 8)

    // The bias of the last normalisation was repeated over texts and places.
    dbias3 = dnorm3.sum(0).sum(0); // (8)

    // Repeated like bias3, with the factor raw3.
    dgain3 = raw3.mul(dnorm3).sum(0).sum(0); // (8)

    // out is read by the last normalisation alone, so exercise 10 gives all of it.
    // With g for gain3 ∘ dnorm3: inv3 ∘ (g - mean of g - raw3 ∘ mean of g ∘ raw3).
    dout = inv3.mul(gain3.mul(dnorm3)
            .sub(gain3.mul(dnorm3).mean(2, true))
            .sub(raw3.mul(gain3.mul(dnorm3).mul(raw3).mean(2, true)))); // (3, 6, 8)

    // out = h + act · W2 + b2, and b2 was repeated over texts and places.
    db2 = dout.sum(0).sum(0); // (8)

    // A linear layer at 3 · 6 places, whose terms add, as for Wo in exercise 24.
    dW2 = act.reshape(n * times, 4 * width).matmulTransposeA(dout.reshape(n * times, width)); // (32, 8)

    // Only act · W2 in out depends on act.
    dact = dout.matmulTransposeB(W2); // (3, 6, 32)

    // Exercise 8: pre is used twice in ½ pre (1 + tanh(k0 (pre + k1 pre³))), in front and inside of the tanh.
    // In front, for a given tanh: ½ (1 + tanh).
    // Inside: ½ pre (1 - tanh²) k0 (1 + 3 k1 pre²). Both times dact.
    dpre = tanh.add(1)
            .mul(0.5)
            .add(pre.mul(0.5)
                    .mul(tanh.square().rsub(1))
                    .mul(pre.square().mul(3 * k1).add(1).mul(k0)))
            .mul(dact); // (3, 6, 32)

    // b1 was repeated over texts and places, as b2.
    db1 = dpre.sum(0).sum(0); // (32)

    // pre = norm2 · W1 + b1: a linear layer at 18 places.
    dW1 = norm2.reshape(n * times, width).matmulTransposeA(dpre.reshape(n * times, 4 * width)); // (8, 32)

    // The input of the same layer.
    dnorm2 = dpre.matmulTransposeB(W1); // (3, 6, 8)

    // norm2 = raw2 ∘ gain2 + bias2, and bias2 was repeated over texts and places.
    dbias2 = dnorm2.sum(0).sum(0); // (8)

    // Repeated like bias2, and it has a factor.
    dgain2 = raw2.mul(dnorm2).sum(0).sum(0); // (8)

    // h is used twice: it runs on into out, and it is normalised. Two terms.
    // The first is dout as it is: this is what a residual connection is for.
    // The second is exercise 10: write g for gain2 ∘ dnorm2, what arrives at raw2. All means are over dimension 2.
    // inv2 ∘ (g - mean of g - raw2 ∘ mean of g ∘ raw2).
    dh = dout.add(inv2.mul(gain2.mul(dnorm2)
            .sub(gain2.mul(dnorm2).mean(2, true))
            .sub(raw2.mul(gain2.mul(dnorm2).mul(raw2).mean(2, true))))); // (3, 6, 8)

    // What arrives at h = x + joined · Wo is dh, no longer dout.
    // A linear layer at 18 places.
    dWo = joined.reshape(n * times, width).matmulTransposeA(dh.reshape(n * times, width)); // (8, 8)

    // The input of that layer.
    djoined = dh.matmulTransposeB(Wo); // (3, 6, 8)

    // joined = join(weights · v). What undoes join?
    // split(djoined) is what arrives at weights · v, and a product of batches comes next.
    dweights = split(djoined).matmulTransposeB(v); // (3, 2, 6, 6)

    // The other factor of weights · v.
    dv = weights.matmulTransposeA(split(djoined)); // (3, 2, 6, 4)

    // The softmax of exercise 23, over the last dimension.
    // weights ∘ (dweights - the sum of weights ∘ dweights over each row).
    dscores = weights.mul(dweights.sub(weights.mul(dweights).sum(3, true))); // (3, 2, 6, 6)

    // scores = q · kᵀ / √d, exercises 23 and 24.
    dk = dscores.matmulTransposeA(q).div(Math.sqrt(d)); // (3, 2, 6, 4)

    // The other side of the same product, with the same √d.
    dq = dscores.matmul(k).div(Math.sqrt(d)); // (3, 2, 6, 4)

    // Each was cut out of qkv and split: join each, and put them side by side in the order of the forward pass.
    dqkv = Tensor.cat(2, join(dq), join(dk), join(dv)); // (3, 6, 24)

    // qkv = norm1 · Wqkv at 18 places.
    dWqkv = norm1.reshape(n * times, width).matmulTransposeA(dqkv.reshape(n * times, 3 * width)); // (8, 24)

    // The input of that layer.
    dnorm1 = dqkv.matmulTransposeB(Wqkv); // (3, 6, 8)

    // As dbias2.
    dbias1 = dnorm1.sum(0).sum(0); // (8)

    // As dgain2.
    dgain1 = raw1.mul(dnorm1).sum(0).sum(0); // (8)

    // x is used twice: in h = x + … and in its normalisation, as h was below out.
    // So what arrives at h passes as it is, and the normalisation adds its term, with raw1, inv1, gain1 and dnorm1.
    dx = dh.add(inv1.mul(gain1.mul(dnorm1)
            .sub(gain1.mul(dnorm1).mean(2, true))
            .sub(raw1.mul(gain1.mul(dnorm1).mul(raw1).mean(2, true))))); // (3, 6, 8)

    // positions was repeated over the texts.
    dpositions = dx.sum(0); // (6, 8)

    // The table is read twice: as embedding, where each place reads one row, and as head.
    // As embedding: exercise 7, indexAdd onto zeros of the shape of the table.
    // As head: the weight of that linear layer is tableᵀ, (8, 7), with the gradient norm3 transposed times dlogits.
    // The table is its transpose: dlogits transposed times norm3, over 18 places. And the two terms add.
    dtable = Tensor.zeros(vocabulary, width)
            .to(DType.FLOAT64)
            .indexAdd(tokens, dx)
            .add(dlogits.reshape(n * times, vocabulary).matmulTransposeA(norm3.reshape(n * times, width))); // (7, 8)
}

// Trains, and gives the loss of every step.
double[] train() {
    var losses = new double[60];
    for (int step = 0; step < losses.length; step++) {
        losses[step] = forward((_, value) -> value).item();
        backward();
        update(table, dtable);
        update(positions, dpositions);
        update(gain1, dgain1);
        update(bias1, dbias1);
        update(Wqkv, dWqkv);
        update(Wo, dWo);
        update(gain2, dgain2);
        update(bias2, dbias2);
        update(W1, dW1);
        update(b1, db1);
        update(W2, dW2);
        update(b2, db2);
        update(gain3, dgain3);
        update(bias3, dbias3);
    }
    return losses;
}

// A step of gradient descent with learning rate 0.5.
void update(Tensor parameter, Tensor gradient) {
    parameter.addInPlace(gradient.mul(-0.5));
}

// The characters of the first text
String read(Tensor numbers) {
    var characters = new StringBuilder();
    for (int t = 0; t < times; t++) {
        characters.append(alphabet.charAt((int) numbers.get(0, t)));
    }
    return characters.toString();
}

void main() {
    var losses = train();
    IO.println("loss from " + losses[0] + " to " + losses[losses.length - 1]);
    IO.println("after each character of \"" + read(tokens) + "\" it expects \"" + read(probs.argmax(2)) + "\"");
}
