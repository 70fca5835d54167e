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
    // Replace each null, from the top down. ./handgrad exercise 16 checks them, with --hint it helps.
    dlogits = null; // (6, 5)
    dh = null; // (6, 4)
    dpre = null; // (6, 4)
    dAA = null; // (4, 4)
    dA = null; // (4, 4)
    dx = null; // (6, 4)
    dtable = null; // (5, 4)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
