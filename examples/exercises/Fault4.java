import module handgrad;

// Fault 4. Find the fault: an embedding with positions
//
// Four texts of four tokens, looked up in a table; each place in the text adds a vector of its own.
//
// The backward pass below is complete, and one of its lines is wrong; what is computed from that line is wrong too.
// Find it by deriving each gradient from the forward pass, mend it, and write the name of its gradient at faulty.

final String faulty = ""; // the gradient whose line is wrong, such as "dscale"

final TorchRandom random = TorchRandom.seeded(104);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor tokens = Tensor.of(new int[] {0, 1, 2, 1, 0, 0, 3, 3, 4, 3, 3, 2, 1, 4, 2, 1}, 4, 4); // 4 texts
final Tensor table = randn(6, 3); // token 5 never occurs
final Tensor positions = randn(4, 3);
final Tensor scale = randn(3);
final Tensor dy = randn(4, 4, 3); // the gradient that arrives at y

Tensor embedded = null, sum, y;

Tensor forward(NamedPass.Names names) {
    var table = names.name("table", this.table); // (6, 3)
    var positions = names.name("positions", this.positions); // (4, 3)
    var scale = names.name("scale", this.scale); // (3)
    embedded = names.name("embedded", table.index(tokens)); // (4, 4, 3): text, place, feature
    sum = names.name("sum", embedded.add(positions)); // (4, 4, 3)
    y = names.name("y", sum.mul(scale)); // (4, 4, 3)
    return y.mul(dy).sum(); // the loss, one number
}

Tensor dscale = null, dsum, dpositions, dembedded, dtable;

void backward() {
    dscale = sum.mul(dy).sum(0).sum(0); // (3)
    dsum = scale.mul(dy); // (4, 4, 3)
    dpositions = dsum.sum(1); // (4, 3)
    dembedded = dsum; // (4, 4, 3)
    dtable = Tensor.zeros(6, 3).to(DType.FLOAT64).indexAdd(tokens, dembedded); // (6, 3)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
