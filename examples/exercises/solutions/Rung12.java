import module handgrad;

// Rung 12. Log-sum-exp
//
// y = ln(exp(x[0]) + exp(x[1]) + exp(x[2])) for each row: a soft maximum, and the heart of every classifier. A maximum
// gave its whole gradient to one element; this one shares it.
//
// Go back by hand: the derivative of ln s is 1 / s, and that of exp(x) is exp(x). So element j gets exp(x[j]) over the
// sum of all exp: its part of the whole, a number between 0 and 1, and the parts of a row add up to 1. Which well-known
// function is that?

final Tensor x = Tensor.of(new double[] {1, 2, 0, -1, 0, 3}, 2, 3);
final Tensor dy = Tensor.of(new double[] {2, -3}, 2, 1); // the gradient that arrives at y

Tensor y = null;

Tensor forward(NamedPass.Names names) {
    var x = names.name("x", this.x); // (2, 3)
    y = names.name("y", x.exp().sum(1, true).log()); // (2, 1)
    return y.mul(dy).sum(); // the loss, one number
}

Tensor dx = null;

void backward() {
    // With s the sum of the row, y = ln s: dy / s arrives at s, and so at each exp(x), as a sum hands it on.
    // Then times exp(x): together exp(x) / s, which is the softmax of the row.
    // exp(x) / s = exp(x - ln s) = exp(x - y), so the forward pass has done most of it; times dy.
    dx = x.sub(y).exp().mul(dy); // (2, 3)
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
