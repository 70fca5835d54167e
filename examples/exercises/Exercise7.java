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
    // Replace each null, from the top down. ./handgrad exercise 7 checks them, with --hint it helps.
    dx = null; // (4, 6, 5)
    dpositions = null; // (6, 5)
    dembedded = null; // (4, 6, 5)
    dtable = null; // (7, 5)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
