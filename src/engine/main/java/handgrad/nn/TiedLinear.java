package handgrad.nn;

import handgrad.tensor.Functional;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * out = x · weightᵀ with the weight of another layer, mostly the table of an embedding: (…, columns) to (…, rows).
 *
 * <pre>{@code
 * var embedding = new Embedding(65, 128, random);
 * new Sequential(embedding, …, new TiedLinear(embedding.weight()))
 * }</pre>
 *
 * <p>The weight is one parameter of the model, by the name that the other layer gives it: see {@link Parts#tie}. Both
 * layers add to its gradient. Keeps its input for backward.
 */
public final class TiedLinear implements Layer {
    private final Parts parts = new Parts();
    private final Passes passes = new Passes("TiedLinear", parts);
    private final Parameter weight;
    private @Nullable Tensor input;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /**
     * A layer on a parameter that another layer of the model owns.
     *
     * @param weight (rows, columns)
     */
    public TiedLinear(Parameter weight) {
        if (weight.value().shape().rank() != 2) {
            throw new IllegalArgumentException("TiedLinear: weight must be (rows, columns), it is "
                    + weight.value().shape());
        }
        this.weight = parts.tie("weight", weight);
    }

    /** The weight, (rows, columns). */
    public Parameter weight() {
        return weight;
    }

    /** out = x · weightᵀ; x is (…, columns), out (…, rows). */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            input = x;
            output = Buffers.withLast(x, weight.value().size(0), output);
            Functional.linearTransposed(x, weight.value(), output);
            return pass.output(output);
        }
    }

    /** dX = dOut · weight; dWeight += dOutᵀ · x. */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            Functional.linearTransposedBackward(x, weight.value(), dOut, dX, weight.grad());
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
