import module handgrad;

// Exercise 7. An embedding with positions
//
// Tokens are looked up in a table, and each place in the text adds a vector of its own: the first layer of a
// transformer. A token may occur many times, and every text of the batch uses the same positions. Where do all the
// gradients go?

final TorchRandom random = TorchRandom.seeded(7);

// 4 texts of 6 tokens from a vocabulary of 7; token 6 never occurs
final int[] text = {0, 1, 2, 1, 0, 0, 3, 3, 3, 3, 3, 3, 5, 4, 2, 1, 0, 1, 2, 5, 5, 2, 4, 1};
final Tensor tokens = Tensor.of(text, 4, 6);
final Tensor table = Tensor.randn(random, 7, 5).to(DType.FLOAT64);
final Tensor positions = Tensor.randn(random, 6, 5).to(DType.FLOAT64);

Tensor embedded = null, x;

Tensor forward(NamedPass.Names names) {
    var table = names.name("table", this.table); // (7, 5)
    var positions = names.name("positions", this.positions); // (6, 5)
    embedded = names.name("embedded", table.index(tokens)); // (4, 6, 5)
    x = names.name("x", embedded.add(positions)); // (4, 6, 5)
    return x.pow(2).mean(); // the loss, one number
}

Tensor dx = null, dpositions, dembedded, dtable;

void backward() {
    // loss = Σ x² / 120: the derivative of x² is 2 x, and the mean over 4 · 6 · 5 elements gives the factor 1 / 120.
    dx = x.mul(2).div(120); // (4, 6, 5)

    // x = embedded + positions: positions (6, 5) was repeated over the 4 texts, so sum over the first dimension.
    dpositions = dx.sum(0); // (6, 5)

    // embedded has the shape of x and was added: unchanged.
    dembedded = dx; // (4, 6, 5)

    // embedded[i, j] is the row tokens[i, j] of table: its gradient is added to that row.
    // Rows that occur many times get many gradients, and token 6, which never occurs, none: indexAdd onto zeros.
    dtable = Tensor.zeros(7, 5).to(DType.FLOAT64).indexAdd(tokens, dembedded); // (7, 5)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
