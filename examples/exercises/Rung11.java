import module handgrad;

// Rung 11. Gather and scatter
//
// A table of four rows, and a list of the rows that are wanted: 2, 0 and 2 again. y has the rows in that order, as an
// embedding looks up words. Row 2 is used twice, row 0 once, rows 1 and 3 not at all.
//
// Backward, each row of dy goes to the row of the table that it came from, and where two arrive they add: gather
// forward is scatter backward. zeros.indexAdd(rows, t) gives zeros with each row of t added at its place; the zeros
// must have the type of the others: Tensor.zeros(4, 2).to(DType.FLOAT64).

final Tensor table = Tensor.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 4, 2);
final Tensor rows = Tensor.of(new int[] {2, 0, 2}, 3);
final Tensor dy = Tensor.of(new double[] {1, -2, 3, 4, 5, 7}, 3, 2); // the gradient that arrives at y

Tensor y = null;

Tensor forward(NamedPass.Names names) {
    var table = names.name("table", this.table); // (4, 2)
    y = names.name("y", table.index(rows)); // (3, 2), the rows 2, 0 and 2 of the table
    return y.mul(dy).sum(); // the loss, one number
}

Tensor dtable = null;

void backward() {
    // Replace each null, from the top down. ./handgrad exercise rung-11 checks them, with --hint it helps.
    dtable = null; // (4, 2)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
