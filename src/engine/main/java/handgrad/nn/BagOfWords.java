package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;

/**
 * The block of makemore's bag of words, (N, T, C) to (N, T, C): each position sees the mean of those up to it, in no
 * order, and then goes through two linear layers.
 *
 * <pre>
 * y_t = x_t + mean of x up to t;  out = y + Linear(tanh(Linear(y)))
 * </pre>
 */
public final class BagOfWords implements Layer {
    private final Parts parts = new Parts();
    private final Passes passes = new Passes("BagOfWords", parts);
    private final Residual mean;
    private final Residual mlp;

    /** A block of so many channels and hidden units, whose linear layers are drawn as PyTorch draws them. */
    public BagOfWords(int channels, int hidden, TorchRandom random) {
        this(drawn(channels, hidden, random), drawn(hidden, channels, random));
    }

    /** A block of given layers, (…, C) to (…, hidden) and back. */
    public BagOfWords(Linear expand, Linear contract) {
        mean = parts.add("mean", new Residual(new CausalMean()));
        mlp = parts.add("mlp", new Residual(expand, new Tanh(), contract));
    }

    private static Linear drawn(int fanIn, int fanOut, TorchRandom random) {
        if (fanIn < 1 || fanOut < 1) {
            throw new IllegalArgumentException("BagOfWords: wants at least 1 channel and 1 hidden unit, a linear layer"
                    + " would be of " + fanIn + " and " + fanOut);
        }
        return Linear.pytorch(fanIn, fanOut, true, random);
    }

    /** y_t = x_t + mean of x up to t, out = y + contract(tanh(expand(y))). */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            return pass.passedOn(mlp.forward(mean.forward(x)));
        }
    }

    /** dY = dOut + the gradient of the linear layers; dX = dY + the gradient of the mean. */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var _ = passes.backward(dOut)) {
            return mean.backward(mlp.backward(dOut));
        }
    }

    /** {@code mlp.f.0.weight}, {@code mlp.f.0.bias}, {@code mlp.f.2.weight} and {@code mlp.f.2.bias}. */
    @Override
    public Parts parts() {
        return parts;
    }
}
