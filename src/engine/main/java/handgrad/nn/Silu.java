package handgrad.nn;

import handgrad.tensor.Activations;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The sigmoid linear unit, elementwise: PyTorch's {@code SiLU}. Keeps its input and the sigmoid for backward. */
public final class Silu implements Layer {
    private final Passes passes = new Passes("Silu", Parts.NONE);
    private @Nullable Tensor input;
    private @Nullable Tensor sigmoid;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** y = x ∘ s with s = 1 / (1 + e⁻ˣ); both of any one shape. */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            input = x;
            sigmoid = Buffers.like(x, sigmoid);
            output = Buffers.like(x, output);
            Activations.silu(x, sigmoid, output);
            return pass.output(output);
        }
    }

    /** dX = dOut ∘ s ∘ (1 + x ∘ (1 - s)), as ds/dx = s ∘ (1 - s). dOut and dX have the shape of x. */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            Activations.siluBackward(x, Passes.kept(sigmoid), dOut, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
