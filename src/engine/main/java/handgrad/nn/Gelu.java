package handgrad.nn;

import handgrad.tensor.Activations;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The Gaussian error linear unit in its tanh form, elementwise: PyTorch's {@code GELU(approximate="tanh")}, as GPT-2
 * uses it. PyTorch's default, x Φ(x) with the normal distribution Φ, differs from it by less than 5e-4. Keeps its input
 * and the tanh for backward.
 */
public final class Gelu implements Layer {
    private final Passes passes = new Passes("Gelu", Parts.NONE);
    private @Nullable Tensor input;
    private @Nullable Tensor tanh;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** y = x ∘ (1 + t) / 2 with t = tanh(√(2/π) · (x + 0.044715 x³)); both of any one shape. */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            input = x;
            tanh = Buffers.like(x, tanh);
            output = Buffers.like(x, output);
            Activations.gelu(x, tanh, output);
            return pass.output(output);
        }
    }

    /**
     * The product rule: dX = dOut ∘ ((1 + t) / 2 + x / 2 ∘ dt/dx), with dt/dx = (1 - t²) ∘ √(2/π) · (1 + 3 · 0.044715
     * x²). dOut and dX have the shape of x.
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            Activations.geluBackward(x, Passes.kept(tanh), dOut, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
