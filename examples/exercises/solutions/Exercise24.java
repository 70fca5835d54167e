import module handgrad;

// Exercise 24. Attention of several heads
//
// Several heads look at a text at once, each with queries, keys and values of its own, and their answers stand side by
// side. In programs this is one attention over a batch: a linear layer makes q, k and v of all heads, the columns are
// split into heads, and a matrix product of batches does all texts and heads together:
//
//     (2, 4, 6) → split → (2, 4, 3, 2) → transpose → (2, 3, 4, 2)    texts, heads, times, size of a head
//
// New are only the moves: cutting, splitting, exchanging, joining. A move forward is the opposite move backward, and
// reshape alone never exchanges dimensions. The heads themselves are those of exercise 23.
//
// matmul, matmulTransposeA and matmulTransposeB multiply each two matrices of a batch, and transpose(1, 2) exchanges
// two dimensions, counted from 0. Where you add in another order than the solution, rounding makes exact false:
// approximate is what counts.

final int n = 2; // texts
final int times = 4;
final int heads = 3;
final int d = 2; // the size of a head
final int width = heads * d;
final TorchRandom random = TorchRandom.seeded(24);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(n, times, width);
final Tensor Wqkv = randn(width, 3 * width).mul(0.6);
final Tensor Wo = randn(width, width).mul(0.6);
final Tensor dout = randn(n, times, width); // the gradient that arrives

final Tensor seen = seen(); // (4, 4), 1 at [i, j] where j ≤ i, and 0 in the future
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

// The columns of q (which = 0), of k (1) or of v (2), split into heads: (2, 3, 4, 2)
Tensor split(Tensor all, int which) {
    return all.narrow(2, which * width, width).reshape(n, times, heads, d).transpose(1, 2);
}

Tensor qkv = null, q, k, v, weights, told, joined;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (2, 4, 6)
    var Wqkv = names.name("Wqkv", this.Wqkv); // (6, 18)
    var Wo = names.name("Wo", this.Wo); // (6, 6)

    qkv = names.name("qkv", x.matmul(Wqkv)); // (2, 4, 18), the columns of q, of k and of v
    q = names.name("q", split(qkv, 0)); // (2, 3, 4, 2)
    k = names.name("k", split(qkv, 1)); // (2, 3, 4, 2)
    v = names.name("v", split(qkv, 2)); // (2, 3, 4, 2)
    var scores = names.name("scores", q.matmulTransposeB(k).div(Math.sqrt(d))); // (2, 3, 4, 4)
    weights = names.name("weights", Tensor.where(seen, scores, never).softmax(3)); // (2, 3, 4, 4)
    told = names.name("told", weights.matmul(v)); // (2, 3, 4, 2)
    joined = names.name("joined", told.transpose(1, 2).reshape(n, times, width)); // (2, 4, 6), heads side by side
    var out = names.name("out", joined.matmul(Wo)); // (2, 4, 6)
    return out.mul(dout).sum(); // a loss whose gradient with respect to out is dout
}

Tensor djoined = null, dWo, dtold, dweights, dv, dscores, dk, dq, dqkv, dWqkv, dx;

void backward() {
    // out = joined · Wo is a linear layer at each of the 2 · 4 places.
    djoined = dout.matmulTransposeB(Wo); // (2, 4, 6)

    // One weight for 8 places, so the terms of all places add. Of one text it would be its input transposed times dout.
    // Either a product for each text and then the sum over the texts, or all 8 places as the rows of one matrix.
    // reshape(n * times, width) makes such a matrix of (2, 4, 6).
    dWo = joined.reshape(n * times, width).matmulTransposeA(dout.reshape(n * times, width)); // (6, 6)

    // joined is told with two dimensions exchanged and two put together. Undo the last of it first.
    // (2, 4, 6) becomes (2, 4, 3, 2) by reshape, and only then transpose may follow.
    // A reshape straight to (2, 3, 4, 2) has the right shape and mixes heads with times.
    dtold = djoined.reshape(n, times, heads, d).transpose(1, 2); // (2, 3, 4, 2)

    // As in exercise 23, for each text and head: told = weights · v.
    // The methods of products take batches of matrices as they are.
    dweights = dtold.matmulTransposeB(v); // (2, 3, 4, 4)

    // weights transposed times what arrives, for each text and head.
    dv = weights.matmulTransposeA(dtold); // (2, 3, 4, 2)

    // The softmax of exercise 23. Which dimension are its rows summed over now?
    // The last one, 3: the places that are looked at.
    dscores = weights.mul(dweights.sub(weights.mul(dweights).sum(3, true))); // (2, 3, 4, 4)

    // scores = q · kᵀ / √d of each head, with d = 2, the size of a head, not the width.
    // Key j meets all queries i: dscores transposed times q.
    dk = dscores.matmulTransposeA(q).div(Math.sqrt(d)); // (2, 3, 4, 2)

    // Query i meets all keys j.
    dq = dscores.matmul(k).div(Math.sqrt(d)); // (2, 3, 4, 2)

    // q, k and v were cut out of qkv next to each other, and each was split into heads.
    // So each goes back as told went to joined: transpose(1, 2), then reshape(n, times, width).
    // Then the three stand side by side again: Tensor.cat(2, …), in the order of the forward pass.
    dqkv = Tensor.cat(
            2,
            dq.transpose(1, 2).reshape(n, times, width),
            dk.transpose(1, 2).reshape(n, times, width),
            dv.transpose(1, 2).reshape(n, times, width)); // (2, 4, 18)

    // A linear layer at 8 places, as for Wo.
    dWqkv = x.reshape(n * times, width).matmulTransposeA(dqkv.reshape(n * times, 3 * width)); // (6, 18)

    // Here x is used once, as Wqkv makes all three at once: its gradient sums them by itself.
    dx = dqkv.matmulTransposeB(Wqkv); // (2, 4, 6)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
