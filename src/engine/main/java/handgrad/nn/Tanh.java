package handgrad.nn;

import handgrad.tensor.Activations;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Hyperbolic tangent, elementwise. Keeps its output for backward. */
public final class Tanh implements Layer {
    private final Passes passes = new Passes("Tanh", Parts.NONE);
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** y = tanh x; both of any one shape. */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            output = Buffers.like(x, output);
            Activations.tanh(x, output);
            return pass.output(output);
        }
    }

    /** dX = (1 - y²) ∘ dOut; dOut and dX have the shape of x. */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var y = Passes.kept(output);
            dX = Buffers.like(y, dX);
            Activations.tanhBackward(y, dOut, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
