package handgrad.nn;

import handgrad.tensor.RowSoftmax;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Probabilities from scores, over the last dimension: PyTorch's {@code Softmax(dim=-1)}. Before a loss it is not
 * wanted: {@link CrossEntropyLoss} takes the scores themselves. Keeps its output for backward.
 */
public final class Softmax implements Layer {
    private final Passes passes = new Passes("Softmax", Parts.NONE);
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** y = eˣ / Σ eˣ, stable for x of any size; both (…, n). */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            output = Buffers.like(x, output);
            RowSoftmax.softmax(x, output);
            return pass.output(output);
        }
    }

    /** dX = y ∘ (dOut - Σ y ∘ dOut), as dyᵢ/dxⱼ = yᵢ (δᵢⱼ - yⱼ); dOut and dX are (…, n). */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var y = Passes.kept(output);
            dX = Buffers.like(y, dX);
            RowSoftmax.softmaxBackward(y, dOut, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
