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
    // Replace each null, from the top down. ./handgrad exercise 23 checks them, with --hint it helps.
    dweights = null; // (5, 5)
    dv = null; // (5, 3)
    dscores = null; // (5, 5)
    dk = null; // (5, 3)
    dq = null; // (5, 3)
    dWv = null; // (4, 3)
    dWk = null; // (4, 3)
    dWq = null; // (4, 3)
    dx = null; // (5, 4)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
