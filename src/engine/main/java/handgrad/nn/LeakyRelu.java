package handgrad.nn;

import handgrad.tensor.Activations;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The positive part and a share of the negative one, elementwise: PyTorch's {@code LeakyReLU} (Maas, Hannun and Ng
 * 2013). Keeps its output for backward.
 */
public final class LeakyRelu implements Layer {
    private final Passes passes = new Passes("LeakyRelu", Parts.NONE);
    private static final double DEFAULT_NEGATIVE_SLOPE = 0.01;

    private final double negativeSlope;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** A layer with PyTorch's negative slope, 0.01. */
    public LeakyRelu() {
        this(DEFAULT_NEGATIVE_SLOPE);
    }

    /**
     * A layer with the given slope for negative inputs.
     *
     * @param negativeSlope at least 0
     */
    public LeakyRelu(double negativeSlope) {
        if (!(negativeSlope >= 0)) {
            throw new IllegalArgumentException(
                    "LeakyRelu: the negative slope must be at least 0, it is " + negativeSlope);
        }
        this.negativeSlope = negativeSlope;
    }

    /** The slope for negative inputs. */
    public double negativeSlope() {
        return negativeSlope;
    }

    /** y = x where x > 0, otherwise negativeSlope · x; both of any one shape. */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            output = Buffers.like(x, output);
            Activations.leakyRelu(x, negativeSlope, output);
            return pass.output(output);
        }
    }

    /** dX = dOut where x > 0, otherwise negativeSlope · dOut; dOut and dX have the shape of x. */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var y = Passes.kept(output);
            dX = Buffers.like(y, dX);
            Activations.leakyReluBackward(y, negativeSlope, dOut, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
