package handgrad.nn;

import handgrad.tensor.Activations;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The positive part, elementwise: PyTorch's {@code ReLU}. Keeps its output for backward. */
public final class Relu implements Layer {
    private final Passes passes = new Passes("Relu", Parts.NONE);
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** y = max(x, 0); both of any one shape. */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            output = Buffers.like(x, output);
            Activations.relu(x, output);
            return pass.output(output);
        }
    }

    /** dX = dOut where x > 0, otherwise 0; dOut and dX have the shape of x. */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var y = Passes.kept(output);
            dX = Buffers.like(y, dX);
            Activations.reluBackward(y, dOut, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
