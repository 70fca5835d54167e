import module handgrad;

// Exercise 23. Attention of one head
//
// Each place of a text asks a question, its query, of all places up to its own. Each place answers with a key, which
// says how well it fits, and a value, which is what it has to tell:
//
//     scores  = q · kᵀ / √d             how well the key of place j fits the query of place i
//     weights = softmax of each row     of the places j ≤ i only: the mask hides the future
//     out     = weights · v             what place i has been told, a weighted mean
//
// This is scaled dot-product attention (Vaswani et al., 2017), the head of "Let's build GPT". x is used three times.
// What does a score that the mask hides get?

final int times = 5; // places in the text
final int d = 3; // the size of the head
final TorchRandom random = TorchRandom.seeded(23);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(times, 4);
final Tensor Wq = randn(4, d).mul(0.7);
final Tensor Wk = randn(4, d).mul(0.7);
final Tensor Wv = randn(4, d).mul(0.7);
final Tensor dout = randn(times, d); // the gradient that arrives

final Tensor seen = seen(); // (5, 5), 1 at [i, j] where j ≤ i, and 0 in the future
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

Tensor q = null, k, v, scores, weights, out;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (5, 4)
    var Wq = names.name("Wq", this.Wq); // (4, 3)
    var Wk = names.name("Wk", this.Wk); // (4, 3)
    var Wv = names.name("Wv", this.Wv); // (4, 3)

    q = names.name("q", x.matmul(Wq)); // (5, 3)
    k = names.name("k", x.matmul(Wk)); // (5, 3)
    v = names.name("v", x.matmul(Wv)); // (5, 3)
    scores = names.name("scores", q.matmulTransposeB(k).div(Math.sqrt(d))); // (5, 5)
    weights = names.name("weights", Tensor.where(seen, scores, never).softmax(1)); // (5, 5), each row sums to 1
    out = names.name("out", weights.matmul(v)); // (5, 3)
    return out.mul(dout).sum(); // a loss whose gradient with respect to out is dout
}

Tensor dweights = null, dv, dscores, dk, dq, dWv, dWk, dWq, dx;

void backward() {
    // out = weights · v is a matrix product as in a linear layer: weights is its input, v its weight.
    // Which product of dout (5, 3) and v (5, 3) has the shape (5, 5)?
    dweights = dout.matmulTransposeB(v); // (5, 5)

    // v is told to many places: out[i] = Σj weights[i, j] v[j], so place j hears from all i that looked at it.
    // dv[j] = Σi weights[i, j] dout[i]: of weights, i is the row here, and it is summed over.
    dv = weights.matmulTransposeA(dout); // (5, 3)

    // Raise one score of a row, and its own weight grows. What do the other weights of the row do?
    // They shrink, as a row sums to 1: dw[j] / ds[j] = w[j] (1 - w[j]), and dw[i] / ds[j] = -w[i] w[j] for the others.
    // With g for what arrives at the weights, score j gets its own term and those of all others.
    // Summed over i: w[j] g[j] - w[j] Σi w[i] g[i]. The sum is one number for each row.
    // A hidden score has the weight 0, and with it the gradient 0: the mask needs no step of its own.
    dscores = weights.mul(dweights.sub(weights.mul(dweights).sum(1, true))); // (5, 5)

    // scores[i, j] = q[i] · k[j] / √d: key j meets all queries i. What is summed over?
    // dscores transposed times q.
    // And √d: a factor of the forward pass is a factor of the backward pass.
    dk = dscores.matmulTransposeA(q).div(Math.sqrt(d)); // (5, 3)

    // Query i meets all keys j: here the columns of dscores are summed over.
    // The factor 1 / √d belongs here as well.
    dq = dscores.matmul(k).div(Math.sqrt(d)); // (5, 3)

    // v = x · Wv: a linear layer.
    dWv = x.matmulTransposeA(dv); // (4, 3)

    // k = x · Wk: the same.
    dWk = x.matmulTransposeA(dk); // (4, 3)

    // q = x · Wq: the same.
    dWq = x.matmulTransposeA(dq); // (4, 3)

    // x is used three times, in q, k and v: three terms.
    // Each is what arrives there, times the transpose of its weight.
    dx = dq.matmulTransposeB(Wq).add(dk.matmulTransposeB(Wk)).add(dv.matmulTransposeB(Wv)); // (5, 4)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
