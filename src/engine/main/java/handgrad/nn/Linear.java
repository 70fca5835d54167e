package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Functional;
import handgrad.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** out = x · weight + bias: (…, fanIn) to (…, fanOut). Keeps its input for backward. */
public final class Linear implements Layer {
    private final Parameter weight;
    private final @Nullable Parameter bias;
    private final List<Parameter> parameters;
    private @Nullable Tensor input;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /**
     * A layer with a weight drawn from the normal distribution with mean 0 and deviation 1/√fanIn, and a bias of zeros,
     * as makemore part 3 makes it.
     */
    public Linear(int fanIn, int fanOut, TorchRandom random) {
        this(fanIn, fanOut, true, random);
    }

    /** As {@link #Linear(int, int, TorchRandom)}, with or without a bias. */
    public Linear(int fanIn, int fanOut, boolean bias, TorchRandom random) {
        this(Tensor.randn(random, fanIn, fanOut).div(Math.sqrt(fanIn)), bias ? Tensor.zeros(fanOut) : null);
    }

    /** A layer, with or without a bias, whose first weight and bias are drawn as the initialisation says. */
    public Linear(int fanIn, int fanOut, boolean bias, Initialization initialization, TorchRandom random) {
        this(
                initialization.weight(fanIn, fanOut, random, fanIn, fanOut),
                bias ? initialization.bias(fanIn, fanOut, random) : null);
    }

    /**
     * A layer on given tensors.
     *
     * @param weight (fanIn, fanOut)
     * @param bias (fanOut), or null for none
     */
    public Linear(Tensor weight, @Nullable Tensor bias) {
        if (weight.shape().rank() != 2) {
            throw new IllegalArgumentException("Linear: weight must be (fanIn, fanOut), it is " + weight.shape());
        }
        if (bias != null && !bias.shape().equals(weight.shape().without(0))) {
            throw new IllegalArgumentException("Linear: bias must be (" + weight.size(1) + ") for weight "
                    + weight.shape() + ", it is " + bias.shape());
        }
        this.weight = new Parameter("weight", weight);
        this.bias = bias == null ? null : new Parameter("bias", bias);
        this.parameters = this.bias == null ? List.of(this.weight) : List.of(this.weight, this.bias);
    }

    /** The weight, (fanIn, fanOut). */
    public Parameter weight() {
        return weight;
    }

    /** The bias, (fanOut), or null where there is none. */
    public @Nullable Parameter bias() {
        return bias;
    }

    /** out = x · weight + bias; x is (…, fanIn), out (…, fanOut). */
    @Override
    public Tensor forward(Tensor x) {
        input = x;
        output = Buffers.withLast(x, weight.value().size(1), output);
        Functional.linear(x, weight.value(), bias == null ? null : bias.value(), output);
        return output;
    }

    /** dWeight += xᵀ · dOut; dBias += Σ over rows of dOut; dX = dOut · weightᵀ. */
    @Override
    public Tensor backward(Tensor dOut) {
        var x = Buffers.kept("Linear", input);
        dX = Buffers.like(x, dX);
        Functional.linearBackwardParameters(x, dOut, weight.grad(), bias == null ? null : bias.grad());
        Functional.linearBackwardInput(dOut, weight.value(), dX);
        return dX;
    }

    @Override
    public List<Parameter> parameters() {
        return parameters;
    }
}
