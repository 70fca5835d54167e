package handgrad.nn;

import handgrad.tensor.Activations;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The positive part, elementwise: PyTorch's {@code ReLU}. Keeps its output for backward. */
public final class Relu implements Layer {
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** y = max(x, 0); both of any one shape. */
    @Override
    public Tensor forward(Tensor x) {
        output = Buffers.like(x, output);
        Activations.relu(x, output);
        return output;
    }

    /** dX = dOut where x > 0, otherwise 0; dOut and dX have the shape of x. */
    @Override
    public Tensor backward(Tensor dOut) {
        var y = Buffers.kept("Relu", output);
        dX = Buffers.like(y, dX);
        Activations.reluBackward(y, dOut, dX);
        return dX;
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
