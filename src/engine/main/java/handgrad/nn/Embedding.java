package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Functional;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A table of vectors looked up by index: (…) indices to (…, columns). An index of padding, if there is one, gives zeros
 * and its row of the table gets no gradient. Keeps its input for backward.
 */
public final class Embedding implements Layer {
    private static final Tensor NO_GRADIENT = Tensor.zeros(0);
    private static final int NO_PADDING = -1;

    private final Parts parts = new Parts();
    private final Passes passes = new Passes("Embedding", parts);
    private final int padding;
    private final Parameter weight;
    private @Nullable Tensor indices;
    private @Nullable Tensor output;

    /** A table (rows, columns) drawn from the normal distribution with mean 0 and variance 1, as PyTorch draws it. */
    public Embedding(int rows, int columns, TorchRandom random) {
        this(Tensor.randn(random, rows, columns));
    }

    /** A given table (rows, columns). */
    public Embedding(Tensor weight) {
        this(weight, NO_PADDING);
    }

    /**
     * A given table (rows, columns), with an index of padding: PyTorch's {@code padding_idx}. Its row is set to zeros
     * here, and its output is zeros whatever is loaded into the row later; PyTorch would give what is loaded.
     *
     * @param padding from 0 to rows - 1
     */
    public static Embedding padded(Tensor weight, int padding) {
        var layer = new Embedding(weight, padding);
        if (padding < 0 || padding >= weight.size(0)) {
            throw new IllegalArgumentException("Embedding: the index of padding must be one of the " + weight.size(0)
                    + " rows, from 0, it is " + padding);
        }
        for (int i = 0; i < weight.size(1); i++) {
            weight.setFlat(padding * weight.size(1) + i, 0);
        }
        return layer;
    }

    private Embedding(Tensor weight, int padding) {
        this.padding = padding;
        if (weight.shape().rank() != 2) {
            throw new IllegalArgumentException("Embedding: weight must be (rows, columns), it is " + weight.shape());
        }
        this.weight = parts.add(new Parameter("weight", weight));
    }

    /** The table, (rows, columns). */
    public Parameter weight() {
        return weight;
    }

    /** out = weight[x], 0 where x is the index of padding; x is (…), INT32, out (…, columns). */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            indices = x;
            output = buffer(x, output);
            if (padding == NO_PADDING) {
                Functional.embedding(weight.value(), x, output);
            } else {
                Functional.paddedEmbedding(weight.value(), x, padding, output);
            }
            return pass.output(output);
        }
    }

    private Tensor buffer(Tensor x, @Nullable Tensor old) {
        var table = weight.value();
        int rank = x.shape().rank();
        if (old != null && old.dtype() == table.dtype() && old.shape().appendsOneDimensionTo(x.shape())) {
            return old;
        }
        int[] sizes = Arrays.copyOf(x.shape().toArray(), rank + 1);
        sizes[rank] = table.size(1);
        return Tensor.zeros(table.dtype(), Shape.of(sizes));
    }

    /**
     * dWeight[x] += dOut: a row that is used twice gets both gradients, that of padding none. Indices have no gradient:
     * the result is empty.
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var _ = passes.backward(dOut)) {
            if (padding == NO_PADDING) {
                Functional.embeddingBackward(Passes.kept(indices), dOut, weight.grad());
            } else {
                Functional.paddedEmbeddingBackward(Passes.kept(indices), padding, dOut, weight.grad());
            }
            return NO_GRADIENT;
        }
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
