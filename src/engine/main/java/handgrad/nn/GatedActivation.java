package handgrad.nn;

import handgrad.tensor.Activations;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The gated activation of WaveNet (van den Oord et al. 2016, https://arxiv.org/abs/1609.03499): of x = [f, g], its last
 * dimension cut in halves, tanh f ∘ σ(g). Keeps [tanh f, tanh(g / 2)] for backward, where σ(g) = (1 + tanh(g / 2)) / 2.
 */
public final class GatedActivation implements Layer {
    private final Passes passes = new Passes("GatedActivation", Parts.NONE);
    private @Nullable Tensor tanh;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** out = tanh f ∘ σ(g); x is (…, 2·channels), out (…, channels). */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            int width = x.shape().rank() == 0 ? 0 : x.size(-1);
            if (width == 0 || width % 2 != 0) {
                throw new IllegalArgumentException(
                        "GatedActivation: wants two halves in the last dimension, x is " + x.shape());
            }
            tanh = Buffers.like(x, tanh);
            output = Buffers.withLast(x, width / 2, output);
            Activations.gate(x, tanh, output);
            return pass.output(output);
        }
    }

    /**
     * dX = [(1 - tanh² f) ∘ σ(g) ∘ dOut, tanh f ∘ σ(g) ∘ (1 - σ(g)) ∘ dOut]; dOut is (…, channels), dX (…, 2·channels).
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var t = Passes.kept(tanh);
            dX = Buffers.like(t, dX);
            Activations.gateBackward(t, dOut, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
