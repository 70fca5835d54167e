package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Functional;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** out = x · weight + bias: (…, fanIn) to (…, fanOut). Keeps its input for backward. */
public final class Linear implements WeightedLayer {
    private final WeightAndBias weights;
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
     * A layer with the weight and bias that PyTorch's {@code Linear} gets from the same generator: uniform from
     * -1/√fanIn to 1/√fanIn, the weight drawn as (fanOut, fanIn).
     */
    public static Linear pytorch(int fanIn, int fanOut, boolean bias, TorchRandom random) {
        var weight = Initialization.PYTORCH.weight(fanIn, fanOut, random, fanOut, fanIn);
        return new Linear(weight.transpose(0, 1), bias ? Initialization.PYTORCH.bias(fanIn, fanOut, random) : null);
    }

    /**
     * A layer on given tensors.
     *
     * @param weight (fanIn, fanOut)
     * @param bias (fanOut), or null for none
     */
    public Linear(Tensor weight, @Nullable Tensor bias) {
        this.weights = new WeightAndBias("Linear", weight, 1, 1, "(fanIn, fanOut)", bias);
    }

    /** out = x · weight + bias; x is (…, fanIn), out (…, fanOut). */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = weights.passes.forward(x)) {
            input = x;
            output = Buffers.withLast(x, weights.columns(), output);
            Functional.linear(x, weights.value(), weights.biasValue(), output);
            return pass.output(output);
        }
    }

    /** dWeight += xᵀ · dOut; dBias += Σ over rows of dOut; dX = dOut · weightᵀ. */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = weights.passes.backward(dOut)) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            Functional.linearBackwardParameters(x, dOut, weights.grad(), weights.biasGrad());
            Functional.linearBackwardInput(dOut, weights.value(), dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public WeightAndBias weights() {
        return weights;
    }
}
