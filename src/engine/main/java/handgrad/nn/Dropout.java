package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Functional;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out elements of its input at random in training, so that no feature comes to depend on single others (Hinton
 * et al. 2012, https://arxiv.org/abs/1207.0580); in evaluation it passes its input on. What is left in training is
 * divided by its share, so evaluation needs no scale: PyTorch's {@code Dropout}. Keeps the mask for backward.
 *
 * <p>The masks are PyTorch's for the same seed, where it is built without Intel's MKL. The generator is a part of the
 * layer, {@code random}, so a gradient check draws the same mask at every pass, and a training that is saved with the
 * states of its generators goes on with the same masks. Two models that draw alike want two generators in one state,
 * {@link TorchRandom#copy}; a {@link DataParallel} gives each shard masks of its own.
 */
public final class Dropout implements Layer {
    private final double p;
    private final Parts parts = new Parts();
    private final Passes passes = new Passes("Dropout", parts);
    private final TorchRandom random;
    private boolean masked;
    private @Nullable Tensor input;
    private @Nullable Tensor mask;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /**
     * A layer that leaves out each element with a probability.
     *
     * @param p from 0, for none, to 1, for all; PyTorch's default is 0.5
     * @param random drawn from at each forward pass in training, one number for each element; other layers may share it
     */
    public Dropout(double p, TorchRandom random) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("Dropout: p must be from 0 to 1, it is " + p);
        }
        this.p = p;
        this.random = parts.add("random", random);
    }

    /** The probability of leaving an element out. */
    public double p() {
        return p;
    }

    /**
     * out = x ∘ mask, where an element of the mask is 1 / (1 - p) with probability 1 - p, otherwise 0; x itself in
     * evaluation and for p = 0. x, mask and out are of any one shape.
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            input = x;
            masked = parts.isTraining() && p > 0;
            if (!masked) {
                return pass.passedOn(x);
            }
            mask = Buffers.like(x, mask);
            output = Buffers.like(x, output);
            Functional.dropout(x, p, random, mask, output);
            return pass.output(output);
        }
    }

    /** dX = dOut ∘ mask, with the mask of forward; dOut itself where there was none. They have the shape of x. */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var x = Passes.kept(input);
            if (!masked) {
                if (!dOut.shape().equals(x.shape())) {
                    throw new IllegalArgumentException(
                            "Dropout: dOut must have the shape of x " + x.shape() + ", it is " + dOut.shape());
                }
                return dOut;
            }
            dX = Buffers.like(x, dX);
            Functional.dropoutBackward(Passes.kept(mask), dOut, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
