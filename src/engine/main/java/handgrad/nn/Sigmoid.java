package handgrad.nn;

import handgrad.tensor.Activations;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The logistic function, elementwise. Keeps its output for backward. */
public final class Sigmoid implements Layer {
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** y = 1 / (1 + e⁻ˣ); both of any one shape. */
    @Override
    public Tensor forward(Tensor x) {
        output = Buffers.like(x, output);
        Activations.sigmoid(x, output);
        return output;
    }

    /** dX = y ∘ (1 - y) ∘ dOut; dOut and dX have the shape of x. */
    @Override
    public Tensor backward(Tensor dOut) {
        var y = Buffers.kept("Sigmoid", output);
        dX = Buffers.like(y, dX);
        Activations.sigmoidBackward(y, dOut, dX);
        return dX;
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
