package handgrad.nn;

import handgrad.tensor.Activations;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The Gaussian error linear unit, elementwise: x Φ(x), where Φ(x) is the probability that a number of the standard
 * normal distribution is below x. As in PyTorch, {@code new Gelu()} is exact, and {@link #tanh()} an approximation that
 * differs from it by less than 5e-4. Keeps its input and Φ(x) or the tanh for backward.
 */
public final class Gelu implements Layer {
    private final Passes passes = new Passes("Gelu", Parts.NONE);
    private final boolean byTanh;
    private @Nullable Tensor input;
    private @Nullable Tensor kept;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** The exact form, PyTorch's {@code GELU()}. */
    public Gelu() {
        this(false);
    }

    private Gelu(boolean byTanh) {
        this.byTanh = byTanh;
    }

    /** The tanh form, PyTorch's {@code GELU(approximate="tanh")}, as GPT-2 uses it. */
    public static Gelu tanh() {
        return new Gelu(true);
    }

    /**
     * y = x ∘ Φ(x), both of any one shape.
     *
     * <pre>
     * exact:    Φ(x) = (1 + erf(x / √2)) / 2
     * by tanh:  Φ(x) ≈ (1 + t) / 2 with t = tanh(√(2/π) · (x + 0.044715 x³))
     * </pre>
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            input = x;
            kept = Buffers.like(x, kept);
            output = Buffers.like(x, output);
            if (byTanh) {
                Activations.geluTanh(x, kept, output);
            } else {
                Activations.gelu(x, kept, output);
            }
            return pass.output(output);
        }
    }

    /**
     * The product rule; dOut and dX have the shape of x.
     *
     * <pre>
     * exact:    dX = dOut ∘ (Φ(x) + x ∘ φ(x)), with the density φ(x) = dΦ/dx = e^(-x²/2) / √(2π)
     * by tanh:  dX = dOut ∘ ((1 + t) / 2 + x / 2 ∘ dt/dx), with dt/dx = (1 - t²) ∘ √(2/π) · (1 + 3 · 0.044715 x²)
     * </pre>
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            if (byTanh) {
                Activations.geluTanhBackward(x, Passes.kept(kept), dOut, dX);
            } else {
                Activations.geluBackward(x, Passes.kept(kept), dOut, dX);
            }
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
