import module handgrad;

// Exercise 25. A transformer block
//
// A block of GPT-2 adds two things to what runs through it: what the places have told each other, and what each place
// makes of it by itself. Both see it normalised:
//
//     h   = x + attention(norm1(x))           exercises 10 and 24
//     out = h + mlp(norm2(h))                 GELU of exercise 8, between two linear layers
//
// The sums are the residual connections of exercise 13. Go through the block from its end; nothing in it is new but the
// order. A step that comes twice, such as the normalisation, may be a method of your own beside backward, which you
// call where you need it:
//
//     Tensor throughNorm(Tensor draw, Tensor raw, Tensor inverse) { … }

final int n = 2; // texts
final int times = 3;
final int heads = 2;
final int d = 2; // the size of a head
final int width = heads * d;
final double k0 = Math.sqrt(2 / Math.PI); // the constants of GELU
final double k1 = 0.044715;
final TorchRandom random = TorchRandom.seeded(25);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(n, times, width);
final Tensor gain1 = randn(width).mul(0.1).add(1);
final Tensor bias1 = randn(width).mul(0.1);
final Tensor Wqkv = randn(width, 3 * width).mul(0.6);
final Tensor Wo = randn(width, width).mul(0.6);
final Tensor gain2 = randn(width).mul(0.1).add(1);
final Tensor bias2 = randn(width).mul(0.1);
final Tensor W1 = randn(width, 4 * width).mul(0.5);
final Tensor b1 = randn(4 * width).mul(0.1);
final Tensor W2 = randn(4 * width, width).mul(0.3);
final Tensor b2 = randn(width).mul(0.1);
final Tensor dout = randn(n, times, width); // the gradient that arrives

final Tensor seen = seen(); // (3, 3), 1 at [i, j] where j ≤ i, and 0 in the future
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

// What each place is normalised with: 1 / its standard deviation, (2, 3, 1)
Tensor inverse(Tensor all) {
    return all.var(2, Variance.BIASED, true).add(1e-5).pow(-0.5);
}

// Columns into heads: (2, 3, 4) to (2, 2, 3, 2), texts, heads, times, size of a head
Tensor split(Tensor all) {
    return all.reshape(n, times, heads, d).transpose(1, 2);
}

// Heads side by side again: (2, 2, 3, 2) to (2, 3, 4)
Tensor join(Tensor all) {
    return all.transpose(1, 2).reshape(n, times, width);
}

Tensor inv1 = null, raw1, norm1, qkv, q, k, v, weights, joined, h;
Tensor inv2 = null, raw2, norm2, pre, tanh, act;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (2, 3, 4)
    var gain1 = names.name("gain1", this.gain1); // (4)
    var bias1 = names.name("bias1", this.bias1); // (4)
    var Wqkv = names.name("Wqkv", this.Wqkv); // (4, 12)
    var Wo = names.name("Wo", this.Wo); // (4, 4)
    var gain2 = names.name("gain2", this.gain2); // (4)
    var bias2 = names.name("bias2", this.bias2); // (4)
    var W1 = names.name("W1", this.W1); // (4, 16)
    var b1 = names.name("b1", this.b1); // (16)
    var W2 = names.name("W2", this.W2); // (16, 4)
    var b2 = names.name("b2", this.b2); // (4)

    // Layer normalisation
    inv1 = inverse(x); // (2, 3, 1)
    raw1 = x.sub(x.mean(2, true)).mul(inv1); // (2, 3, 4)
    norm1 = names.name("norm1", raw1.mul(gain1).add(bias1)); // (2, 3, 4)
    // Attention
    qkv = names.name("qkv", norm1.matmul(Wqkv)); // (2, 3, 12)
    q = names.name("q", split(qkv.narrow(2, 0, width))); // (2, 2, 3, 2)
    k = names.name("k", split(qkv.narrow(2, width, width))); // (2, 2, 3, 2)
    v = names.name("v", split(qkv.narrow(2, 2 * width, width))); // (2, 2, 3, 2)
    var scores = names.name("scores", q.matmulTransposeB(k).div(Math.sqrt(d))); // (2, 2, 3, 3)
    weights = names.name("weights", Tensor.where(seen, scores, never).softmax(3)); // (2, 2, 3, 3)
    joined = names.name("joined", join(weights.matmul(v))); // (2, 3, 4)
    h = names.name("h", x.add(joined.matmul(Wo))); // (2, 3, 4)
    // Layer normalisation
    inv2 = inverse(h); // (2, 3, 1)
    raw2 = h.sub(h.mean(2, true)).mul(inv2); // (2, 3, 4)
    norm2 = names.name("norm2", raw2.mul(gain2).add(bias2)); // (2, 3, 4)
    // Two linear layers with GELU between them: ½ pre (1 + tanh(k0 (pre + k1 pre³)))
    pre = names.name("pre", norm2.matmul(W1).add(b1)); // (2, 3, 16)
    tanh = pre.add(pre.pow(3).mul(k1)).mul(k0).tanh(); // (2, 3, 16)
    act = names.name("act", pre.mul(tanh.add(1)).mul(0.5)); // (2, 3, 16)
    var out = names.name("out", h.add(act.matmul(W2).add(b2))); // (2, 3, 4)
    return out.mul(dout).sum(); // a loss whose gradient with respect to out is dout
}

Tensor db2 = null, dW2, dact, dpre, db1, dW1, dnorm2, dbias2, dgain2, dh;
Tensor dWo = null, djoined, dweights, dv, dscores, dk, dq, dqkv, dWqkv, dnorm1, dbias1, dgain1, dx;

void backward() {
    // out = h + act · W2 + b2, and b2 was repeated over texts and places.
    db2 = dout.sum(0).sum(0); // (4)

    // A linear layer at 2 · 3 places, whose terms add, as for Wo in exercise 24.
    dW2 = act.reshape(n * times, 4 * width).matmulTransposeA(dout.reshape(n * times, width)); // (16, 4)

    // Only act · W2 in out depends on act.
    dact = dout.matmulTransposeB(W2); // (2, 3, 16)

    // Exercise 8: pre is used twice in ½ pre (1 + tanh(k0 (pre + k1 pre³))), in front and inside of the tanh.
    // In front, for a given tanh: ½ (1 + tanh).
    // Inside: ½ pre (1 - tanh²) k0 (1 + 3 k1 pre²). Both times dact.
    dpre = tanh.add(1)
            .mul(0.5)
            .add(pre.mul(0.5)
                    .mul(tanh.square().rsub(1))
                    .mul(pre.square().mul(3 * k1).add(1).mul(k0)))
            .mul(dact); // (2, 3, 16)

    // b1 was repeated over texts and places, as b2.
    db1 = dpre.sum(0).sum(0); // (16)

    // pre = norm2 · W1 + b1: a linear layer at 6 places.
    dW1 = norm2.reshape(n * times, width).matmulTransposeA(dpre.reshape(n * times, 4 * width)); // (4, 16)

    // The input of the same layer.
    dnorm2 = dpre.matmulTransposeB(W1); // (2, 3, 4)

    // norm2 = raw2 ∘ gain2 + bias2, and bias2 was repeated over texts and places.
    dbias2 = dnorm2.sum(0).sum(0); // (4)

    // Repeated like bias2, and it has a factor.
    dgain2 = raw2.mul(dnorm2).sum(0).sum(0); // (4)

    // h is used twice: it runs on into out, and it is normalised. Two terms.
    // The first is dout as it is: this is what a residual connection is for.
    // The second is exercise 10: write g for gain2 ∘ dnorm2, what arrives at raw2. All means are over dimension 2.
    // inv2 ∘ (g - mean of g - raw2 ∘ mean of g ∘ raw2).
    dh = dout.add(inv2.mul(gain2.mul(dnorm2)
            .sub(gain2.mul(dnorm2).mean(2, true))
            .sub(raw2.mul(gain2.mul(dnorm2).mul(raw2).mean(2, true))))); // (2, 3, 4)

    // What arrives at h = x + joined · Wo is dh, no longer dout.
    // A linear layer at 6 places.
    dWo = joined.reshape(n * times, width).matmulTransposeA(dh.reshape(n * times, width)); // (4, 4)

    // The input of that layer.
    djoined = dh.matmulTransposeB(Wo); // (2, 3, 4)

    // joined = join(weights · v). What undoes join?
    // split(djoined) is what arrives at weights · v, and a product of batches comes next.
    dweights = split(djoined).matmulTransposeB(v); // (2, 2, 3, 3)

    // The other factor of weights · v.
    dv = weights.matmulTransposeA(split(djoined)); // (2, 2, 3, 2)

    // The softmax of exercise 23, over the last dimension.
    // weights ∘ (dweights - the sum of weights ∘ dweights over each row).
    dscores = weights.mul(dweights.sub(weights.mul(dweights).sum(3, true))); // (2, 2, 3, 3)

    // scores = q · kᵀ / √d, exercises 23 and 24.
    dk = dscores.matmulTransposeA(q).div(Math.sqrt(d)); // (2, 2, 3, 2)

    // The other side of the same product, with the same √d.
    dq = dscores.matmul(k).div(Math.sqrt(d)); // (2, 2, 3, 2)

    // Each was cut out of qkv and split: join each, and put them side by side in the order of the forward pass.
    dqkv = Tensor.cat(2, join(dq), join(dk), join(dv)); // (2, 3, 12)

    // qkv = norm1 · Wqkv at 6 places.
    dWqkv = norm1.reshape(n * times, width).matmulTransposeA(dqkv.reshape(n * times, 3 * width)); // (4, 12)

    // The input of that layer.
    dnorm1 = dqkv.matmulTransposeB(Wqkv); // (2, 3, 4)

    // As dbias2.
    dbias1 = dnorm1.sum(0).sum(0); // (4)

    // As dgain2.
    dgain1 = raw1.mul(dnorm1).sum(0).sum(0); // (4)

    // x is used twice: in h = x + … and in its normalisation, as h was below out.
    // So what arrives at h passes as it is, and the normalisation adds its term, with raw1, inv1, gain1 and dnorm1.
    dx = dh.add(inv1.mul(gain1.mul(dnorm1)
            .sub(gain1.mul(dnorm1).mean(2, true))
            .sub(raw1.mul(gain1.mul(dnorm1).mul(raw1).mean(2, true))))); // (2, 3, 4)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
