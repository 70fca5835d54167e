package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Functional;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A table of vectors looked up by index: (…) indices to (…, columns). Keeps its input for backward. */
public final class Embedding implements Layer {
    private static final Tensor NO_GRADIENT = Tensor.zeros(0);

    private final Parts parts = new Parts();
    private final Passes passes = new Passes("Embedding", parts);
    private final Parameter weight;
    private @Nullable Tensor indices;
    private @Nullable Tensor output;

    /** A table (rows, columns) drawn from the normal distribution with mean 0 and variance 1, as PyTorch draws it. */
    public Embedding(int rows, int columns, TorchRandom random) {
        this(Tensor.randn(random, rows, columns));
    }

    /** A given table (rows, columns). */
    public Embedding(Tensor weight) {
        if (weight.shape().rank() != 2) {
            throw new IllegalArgumentException("Embedding: weight must be (rows, columns), it is " + weight.shape());
        }
        this.weight = parts.add(new Parameter("weight", weight));
    }

    /** The table, (rows, columns). */
    public Parameter weight() {
        return weight;
    }

    /** out = weight[x]; x is (…), INT32, out (…, columns). */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            indices = x;
            output = buffer(x, output);
            Functional.embedding(weight.value(), x, output);
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
     * dWeight[x] += dOut: a row that is used twice gets both gradients. Indices have no gradient: the result is empty.
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var _ = passes.backward(dOut)) {
            Functional.embeddingBackward(Passes.kept(indices), dOut, weight.grad());
            return NO_GRADIENT;
        }
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
