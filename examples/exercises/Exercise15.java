import module handgrad;

// Exercise 15. ReLU and max-pooling, with ties
//
// Max-pooling keeps the largest element of each window of 2 by 2 and forgets the rest. Before it, ReLU makes 0 of all
// that is negative. Both are switches: they let a gradient through whole, or not at all.
//
// What if two elements of a window are equal, or an input of ReLU is 0? There is no derivative there: up and down the
// loss changes at different rates. Every share from 0 to 1 of the gradient can be defended, as long as the equal ones
// get one whole gradient together and not one each. The convention here is PyTorch's: of equal elements the first takes
// all, and at 0 ReLU lets nothing through. Differences cannot tell these shares apart, so there the check compares with
// the solution alone. The images below have a tie and a 0; and a window where all is negative gives four equal zeros.
//
// Two tools: a.argmax(1) is the place of each row's largest element, of equals the first; Tensor.where(condition, a, b)
// has the elements of a where those of condition are not 0, and b's elsewhere.

final double[] pixels = {
    0.7, -1.2, 1.5, 0.3, -0.4, -0.9, //
    -0.5, 2.1, 1.5, -0.8, -1.1, -0.2, //
    0.4, 0.9, -0.7, 1.1, 1.8, -0.3, //
    1.3, -2.0, 0.6, 0.2, -1.6, 0.8, //
    // The second image
    -0.1, 1.7, 0.0, -0.6, 1.2, 0.1, //
    0.5, -1.5, -0.3, -1.4, -0.9, 2.2, //
    -1.3, 0.3, 2.4, -0.1, -0.8, 1.0, //
    1.9, 1.4, 0.9, 1.6, 0.5, -1.7
};
final Tensor x = Tensor.of(pixels, 2, 4, 6); // 2 images of 4 rows and 6 columns
final Tensor target = Tensor.randn(TorchRandom.seeded(15), 12, 1).to(DType.FLOAT64);
final Tensor zeros = Tensor.zeros(2, 4, 6).to(DType.FLOAT64);

Tensor r = null, windows, pooled;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (2, 4, 6)
    r = names.name("r", x.relu()); // (2, 4, 6)
    // Each window of 2 by 2 becomes a row: rows and columns are cut in pairs, and the halves brought together
    windows = names.name("windows", r.reshape(4, 2, 3, 2).transpose(1, 2).reshape(12, 4)); // (12, 4)
    pooled = names.name("pooled", windows.max(1, true)); // (12, 1)
    return pooled.sub(target).pow(2).mean(); // the loss, one number
}

Tensor dpooled = null, dwindows, dr, dx;

void backward() {
    // Replace each null, from the top down. ./handgrad exercise 15 checks them, with --hint it helps.
    dpooled = null; // (12, 1)
    dwindows = null; // (12, 4)
    dr = null; // (2, 4, 6)
    dx = null; // (2, 4, 6)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
