package handgrad.nn;

import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import org.jspecify.annotations.Nullable;

/**
 * Layers with a connection around them: out = x + f(x), where f is the layers one after the other (He et al. 2015,
 * https://arxiv.org/abs/1512.03385). Their tensors are named after f and their position: {@code f.0.weight}.
 */
public final class Residual implements Layer {
    private final Parts parts = new Parts();
    private final Passes passes = new Passes("Residual", parts);
    private final Sequential f;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** A connection around these layers, each a layer of its own, the first one next to the input. */
    public Residual(Layer... layers) {
        f = parts.add("f", new Sequential(layers));
    }

    /**
     * out = x + f(x), all of any one shape and one type.
     *
     * @throws IllegalArgumentException if f(x) has another shape or type than x
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            var change = f.forward(x);
            if (change.dtype() != x.dtype() || !change.shape().equals(x.shape())) {
                throw new IllegalArgumentException("Residual: f(x) wants the shape and the type of x, x is "
                        + x.shape() + " " + x.dtype() + ", f(x) is " + change.shape() + " " + change.dtype()
                        + "; let the last layer inside return as many features as the first one takes");
            }
            output = Buffers.like(x, output);
            Updates.addScaled(output.copyFrom(x), 1, change);
            return pass.output(output);
        }
    }

    /** dX = dOut + the gradient of f; dOut and dX have the shape of x. */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var change = f.backward(dOut);
            dX = Buffers.like(dOut, dX);
            Updates.addScaled(dX.copyFrom(dOut), 1, change);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
