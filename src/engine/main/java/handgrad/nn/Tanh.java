package handgrad.nn;

import handgrad.tensor.Activations;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Hyperbolic tangent, elementwise. Keeps its output for backward. */
public final class Tanh implements Layer {
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** y = tanh x; both of any one shape. */
    @Override
    public Tensor forward(Tensor x) {
        output = Buffers.like(x, output);
        Activations.tanh(x, output);
        return output;
    }

    /** dX = (1 - y²) ∘ dOut; dOut and dX have the shape of x. */
    @Override
    public Tensor backward(Tensor dOut) {
        var y = Buffers.kept("Tanh", output);
        dX = Buffers.like(y, dX);
        Activations.tanhBackward(y, dOut, dX);
        return dX;
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
