import module handgrad;

// Exercise 19. A convolution with stride and padding
//
// A kernel of 3 by 3 moves over an image in steps of 2, and at each place gives the products of what it covers with its
// weights. Around the image stands a border of zeros. It sounds new, but it is not: looking up what each window covers
// is the index of exercise 7, and then one matrix product does all windows. This is called unfolding, or im2col.
//
// Stride and padding are in the numbers of the rows that are looked up, and in nothing else. Which elements of the
// image are covered by several windows, and which of the border by none?

final int kernel = 3;
final int stride = 2;
final int height = 5 + 2; // with the border
final int width = 8 + 2;
final TorchRandom random = TorchRandom.seeded(19);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

Tensor zeros(int... sizes) {
    return Tensor.zeros(sizes).to(DType.FLOAT64);
}

final Tensor x = randn(2, 5, 8, 2); // 2 images of 5 rows and 8 columns, with 2 channels
final Tensor W = randn(kernel, kernel, 2, 5).mul(0.25); // from 2 channels to 5
final Tensor b = randn(5);

// (24, 9): for each of 2 · 3 · 4 windows the 9 pixels that it covers, numbered through both images, row by row
final Tensor covered = covered();

Tensor covered() {
    var pixels = new ArrayList<Integer>();
    for (int image = 0; image < 2; image++) {
        for (int top = 0; top + kernel <= height; top += stride) {
            for (int left = 0; left + kernel <= width; left += stride) {
                for (int i = 0; i < kernel; i++) {
                    for (int j = 0; j < kernel; j++) {
                        pixels.add((image * height + top + i) * width + left + j);
                    }
                }
            }
        }
    }
    return Tensor.of(pixels.stream().mapToInt(pixel -> pixel).toArray(), 24, 9);
}

Tensor padded = null, columns, y;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (2, 5, 8, 2)
    var W = names.name("W", this.W); // (3, 3, 2, 5)
    var b = names.name("b", this.b); // (5)
    // A row of zeros above and below, then a column at the left and at the right
    var rows = Tensor.cat(1, zeros(2, 1, 8, 2), x, zeros(2, 1, 8, 2)); // (2, 7, 8, 2)
    padded = names.name("padded", Tensor.cat(2, zeros(2, 7, 1, 2), rows, zeros(2, 7, 1, 2))); // (2, 7, 10, 2)
    // The 140 pixels of both images are the rows of a table, looked up by their numbers
    columns = names.name("columns", padded.reshape(140, 2).index(covered).reshape(24, 18)); // (24, 18)
    y = names.name("y", columns.matmul(W.reshape(18, 5)).add(b)); // (24, 5), for each window 5 channels
    return y.pow(2).mean(); // the loss, one number
}

Tensor dy = null, db, dW, dcolumns, dpadded, dx;

void backward() {
    // Replace each null, from the top down. ./handgrad exercise 19 checks them, with --hint it helps.
    dy = null; // (24, 5)
    db = null; // (5)
    dW = null; // (3, 3, 2, 5)
    dcolumns = null; // (24, 18)
    dpadded = null; // (2, 7, 10, 2)
    dx = null; // (2, 5, 8, 2)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
