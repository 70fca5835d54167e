import module handgrad;

// Exercise 27. Optimisers: clipping, momentum and Adam
//
// A gradient says which way is down. An optimiser makes a step of it. Here a linear model with four weights is fitted
// by least squares, and gradient(w) gives the gradient of its loss at any w. Write what optimisers do with it.
//
// The blanks keep the form dNAME, but what they ask for are the parts of a step and the weights after three of them:
//
//     clipping    the gradient, made shorter where its norm is above a limit; its direction stays
//     momentum    a step is β times the step before, less rate times the gradient where the weights are now
//     Adam        (Kingma and Ba, 2015) m and v are running means of the gradient and of its square; both begin at 0,
//                 so step t divides them by 1 - β1ᵗ and 1 - β2ᵗ; the step is -rate · m' / (√v' + ε) of the two results
//
// ε is larger here than the usual 1e-8, so that its place can be seen in the numbers.

final int n = 6; // rows
final double rate = 0.05;
final double limit = 2; // the largest norm of a gradient
final double beta = 0.9; // of momentum
final double beta1 = 0.9; // of Adam
final double beta2 = 0.99;
final double epsilon = 0.01;
final TorchRandom random = TorchRandom.seeded(27);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(n, 4);
final Tensor y = randn(n, 1);
final Tensor w = randn(4, 1);

Tensor forward(NamedPass.Names names) {
    var w = names.name("w", this.w); // (4, 1)
    var errors = names.name("errors", x.matmul(w).sub(y)); // (6, 1)
    return errors.pow(2).mean(); // the loss, one number
}

/** The gradient of the loss at given weights, (4, 1). */
Tensor gradient(Tensor weights) {
    return x.matmulTransposeA(x.matmul(weights).sub(y)).mul(2.0 / n);
}

Tensor dnorm = null, dclipped; // the norm of the gradient at w, and the gradient that is clipped by it
Tensor dmomentum1 = null, dmomentum2, dmomentum3, dmomentum; // three steps with momentum; the weights after them
Tensor dm1 = null, dv1, dadam1, dm2, dv2, dadam2, dm3, dv3, dadam3, dadam; // the same with Adam, from w again

void backward() {
    // Replace each null, from the top down. ./handgrad exercise 27 checks them, with --hint it helps.
    dnorm = null; // ()
    dclipped = null; // (4, 1)
    dmomentum1 = null; // (4, 1)
    dmomentum2 = null; // (4, 1)
    dmomentum3 = null; // (4, 1)
    dmomentum = null; // (4, 1)
    dm1 = null; // (4, 1)
    dv1 = null; // (4, 1)
    dadam1 = null; // (4, 1)
    dm2 = null; // (4, 1)
    dv2 = null; // (4, 1)
    dadam2 = null; // (4, 1)
    dm3 = null; // (4, 1)
    dv3 = null; // (4, 1)
    dadam3 = null; // (4, 1)
    dadam = null; // (4, 1)
}

void main() {
    backward();
    IO.println("after three steps with momentum " + dmomentum + ", with Adam " + dadam);
}
