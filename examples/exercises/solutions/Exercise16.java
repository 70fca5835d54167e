import module handgrad;

// Exercise 16. One table, used at both ends
//
// A language model looks up a vector for each token, and in the end gives each token a score. Both need a matrix with a
// row for each token, and GPT-2 takes the same one for both (Press and Wolf, 2017): weight tying. The matrix in between
// is applied twice too: here A · A.
//
// A tensor that is used twice has a gradient with two terms, as ever; but these two come from the two ends of the
// network, and in A · A both factors are the same tensor. What is the derivative of a · a, for a number a?

final int n = 6; // tokens
final TorchRandom random = TorchRandom.seeded(16);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

// A vocabulary of 5; token 2 comes twice, and token 4 is never looked up
final Tensor tokens = Tensor.of(new int[] {0, 2, 1, 3, 2, 0}, n); // (6)
final Tensor onehot = Tensor.of(new int[] {2, 1, 3, 2, 0, 4}, n).oneHot(5).to(DType.FLOAT64); // (6, 5), the next token

// The parameters
final Tensor table = randn(5, 4);
final Tensor A = randn(4, 4).mul(0.5);

Tensor x = null, AA, pre, h, logits, probs;

Tensor forward(NamedPass.Names names) {
    var table = names.name("table", this.table); // (5, 4)
    var A = names.name("A", this.A); // (4, 4)
    x = names.name("x", table.index(tokens)); // (6, 4)
    AA = names.name("AA", A.matmul(A)); // (4, 4)
    pre = names.name("pre", x.matmul(AA)); // (6, 4)
    h = names.name("h", pre.tanh()); // (6, 4)
    // The score of a token is the product of h and its row of the table
    logits = names.name("logits", h.matmulTransposeB(table)); // (6, 5)
    probs = logits.softmax(1); // (6, 5)
    return probs.log().mul(onehot).sum().div(-n); // the loss, one number
}

Tensor dlogits = null, dh, dpre, dAA, dA, dx, dtable;

void backward() {
    // Softmax with cross-entropy, as in exercise 2.
    // The probabilities, less 1 at the target, over n.
    dlogits = probs.sub(onehot).div(n); // (6, 5)

    // logits = h · tableᵀ: the table stands transposed in the forward pass. How does it stand in the backward pass?
    // logits[i, j] = Σk h[i, k] table[j, k], so dh[i, k] = Σj dlogits[i, j] table[j, k]: no transpose is left.
    dh = dlogits.matmul(table); // (6, 4)

    // h = tanh(pre): the derivative is 1 - h².
    dpre = h.pow(2).neg().add(1).mul(dh); // (6, 4)

    // pre = x · AA, a linear layer.
    // x transposed times dpre.
    dAA = x.matmulTransposeA(dpre); // (4, 4)

    // AA = A · A: think of two matrices L · R that happen to be equal. What would dL be, and what dR?
    // dL is dAA times R transposed, and dR is L transposed times dAA. A is both, so the two add.
    // Matrices do not commute, so this is not twice one of them.
    dA = dAA.matmulTransposeB(A).add(A.matmulTransposeA(dAA)); // (4, 4)

    // pre = x · AA again, now for its other factor.
    // dpre times AA transposed.
    dx = dpre.matmulTransposeB(AA); // (6, 4)

    // The table is used twice: in logits = h · tableᵀ at the top, and by index at the bottom.
    // At the top: table[j, k] takes part in logits[i, j] with the factor h[i, k], for every i. That is dlogits
    // transposed times h, and it reaches every row, also those of tokens that do not occur.
    // At the bottom: dx[i] is added to the row of the token tokens[i], by indexAdd, as in exercise 7.
    // indexAdd adds onto the tensor that it is called on, which can be the first term.
    dtable = dlogits.matmulTransposeA(h).indexAdd(tokens, dx); // (5, 4)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
