import module handgrad;

// Exercise 11. A causal convolution
//
// The layer of WaveNet (van den Oord et al., 2016): at each time t, y[t] = x[t - 2] · Wpast + x[t] · Wnow + b. The
// kernel has 2 places, the dilation is 2, and before the beginning everything is 0, so y never sees the future. Which
// times of y does x[t] take part in?

final int dilation = 2;
final int times = 8;
final TorchRandom random = TorchRandom.seeded(11);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(3, times, 4); // 3 sequences of 8 times with 4 channels
final Tensor Wpast = randn(4, 5);
final Tensor Wnow = randn(4, 5);
final Tensor b = randn(5);
final Tensor dy = randn(3, times, 5); // the gradient that arrives

// The times from first to last - 1 of a (sequences, times, channels)
Tensor slice(Tensor a, int first, int last) {
    int[] places = new int[last - first];
    Arrays.setAll(places, i -> first + i);
    return a.indexSelect(1, Tensor.of(places, places.length));
}

final Tensor silence = Tensor.zeros(3, dilation, 4).to(DType.FLOAT64);

Tensor past;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (3, 8, 4)
    var Wpast = names.name("Wpast", this.Wpast); // (4, 5)
    var Wnow = names.name("Wnow", this.Wnow); // (4, 5)
    var b = names.name("b", this.b); // (5)
    past = names.name("past", Tensor.cat(1, silence, slice(x, 0, times - dilation))); // (3, 8, 4): past[t] = x[t - 2]
    var y = names.name("y", past.matmul(Wpast).add(x.matmul(Wnow)).add(b)); // (3, 8, 5)
    return y.mul(dy).sum(); // a loss whose gradient with respect to y is dy
}

Tensor db = null, dWnow, dWpast, dpast, dx;

void backward() {
    // Replace each null, from the top down. ./handgrad exercise 11 checks them, with --hint it helps.
    db = null; // (5)
    dWnow = null; // (4, 5)
    dWpast = null; // (4, 5)
    dpast = null; // (3, 8, 4)
    dx = null; // (3, 8, 4)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
