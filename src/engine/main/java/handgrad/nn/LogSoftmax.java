package handgrad.nn;

import handgrad.tensor.RowSoftmax;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The logarithms of probabilities from scores, over the last dimension: PyTorch's {@code LogSoftmax(dim=-1)}, which
 * {@link NLLLoss} takes. Keeps its output for backward.
 */
public final class LogSoftmax implements Layer {
    private final Passes passes = new Passes("LogSoftmax", Parts.NONE);
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** y = x - ln Σ eˣ, stable for x of any size; both (…, n). */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            output = Buffers.like(x, output);
            RowSoftmax.logSoftmax(x, output);
            return pass.output(output);
        }
    }

    /** dX = dOut - eʸ · Σ dOut, as dyᵢ/dxⱼ = δᵢⱼ - pⱼ with the probabilities p = eʸ; dOut and dX are (…, n). */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var y = Passes.kept(output);
            dX = Buffers.like(y, dX);
            RowSoftmax.logSoftmaxBackward(y, dOut, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
