package handgrad.models;

import handgrad.nn.Layer;
import handgrad.nn.Parts;
import handgrad.nn.Passes;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * At each position of a sequence the last symbols up to it, newest first: (N, T) to (N, T, count), both INT32. What
 * stands before the sequence is a symbol of its own.
 */
final class PreviousSymbols implements Layer {
    private static final Tensor NO_GRADIENT = Tensor.zeros(0);

    private final Passes passes = new Passes("PreviousSymbols", Parts.NONE);
    private final int count;
    private final int before;
    private @Nullable Tensor output;

    /**
     * A layer that shows so many symbols.
     *
     * @param before the symbol that stands before the sequence
     */
    PreviousSymbols(int count, int before) {
        this.count = count;
        this.before = before;
    }

    /** out[n, t, k] = x[n, t - k], and the symbol before where t &lt; k. */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            int rows = x.size(0);
            int length = x.size(1);
            if (output == null || output.size(0) != rows || output.size(1) != length) {
                output = Tensor.zeros(DType.INT32, Shape.of("PreviousSymbols", rows, length, count));
            }
            int[] symbols = x.ints();
            int[] seen = output.ints();
            for (int i = 0; i < rows * length; i++) {
                int t = i % length;
                for (int k = 0; k < count; k++) {
                    seen[i * count + k] = k <= t ? symbols[i - k] : before;
                }
            }
            return pass.output(output);
        }
    }

    /** Symbols have no gradient: the result is empty. */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var _ = passes.backward(dOut)) {
            return NO_GRADIENT;
        }
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
