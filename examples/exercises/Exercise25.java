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
    // Replace each null, from the top down. ./handgrad exercise 25 checks them, with --hint it helps.
    db2 = null; // (4)
    dW2 = null; // (16, 4)
    dact = null; // (2, 3, 16)
    dpre = null; // (2, 3, 16)
    db1 = null; // (16)
    dW1 = null; // (4, 16)
    dnorm2 = null; // (2, 3, 4)
    dbias2 = null; // (4)
    dgain2 = null; // (4)
    dh = null; // (2, 3, 4)
    dWo = null; // (4, 4)
    djoined = null; // (2, 3, 4)
    dweights = null; // (2, 2, 3, 3)
    dv = null; // (2, 2, 3, 2)
    dscores = null; // (2, 2, 3, 3)
    dk = null; // (2, 2, 3, 2)
    dq = null; // (2, 2, 3, 2)
    dqkv = null; // (2, 3, 12)
    dWqkv = null; // (4, 12)
    dnorm1 = null; // (2, 3, 4)
    dbias1 = null; // (4)
    dgain1 = null; // (4)
    dx = null; // (2, 3, 4)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
