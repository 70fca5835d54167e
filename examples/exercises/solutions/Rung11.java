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
    // A row that is never looked up does not change the loss: its gradient is zero.
    // A row that is looked up gets the row of dy at its place in the list; twice looked up, both, added.
    // Begin with zeros of the shape of the table, and add the rows of dy where they came from.
    dtable = Tensor.zeros(4, 2).to(DType.FLOAT64).indexAdd(rows, dy); // (4, 2)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
