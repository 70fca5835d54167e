package handgrad.nn;

import handgrad.nn.BatchNormOptions.Axes;
import handgrad.tensor.ImageNormalizations;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalisation of images (N, channels, height, width): normalises each channel over the batch and all its
 * pixels, then scales by a weight and shifts by a bias. Keeps its input for backward.
 */
public final class BatchNorm2d implements BatchNorm {
    private final BatchNormState state;
    private @Nullable Tensor input;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** A layer with PyTorch's conventions, {@link BatchNormOptions#PYTORCH}. */
    public BatchNorm2d(int channels) {
        this(channels, BatchNormOptions.PYTORCH);
    }

    /**
     * A layer with weight 1, bias 0, running mean 0 and running variance 1.
     *
     * @param options not of {@link Axes#FIRST}
     */
    public BatchNorm2d(int channels, BatchNormOptions options) {
        if (options.axes() == Axes.FIRST) {
            throw new IllegalArgumentException(
                    "BatchNorm2d: a pixel has no statistics of its own, so the axes cannot be FIRST");
        }
        state = new BatchNormState("BatchNorm2d", channels, options);
    }

    @Override
    public BatchNormState state() {
        return state;
    }

    /**
     * Mean and variance are those of the batch in training, the running ones in evaluation.
     *
     * <pre>
     * normalized = (x - mean) ∘ (variance + epsilon)^-½;  out = weight ∘ normalized + bias
     * </pre>
     *
     * x and out are (N, channels, height, width). Training wants at least two values of each channel.
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = state.passes.forward(x)) {
            int channels = state.features();
            if (x.shape().rank() != 4 || x.size(1) != channels) {
                throw new IllegalArgumentException(
                        "BatchNorm2d: wants (N, " + channels + ", height, width), x is " + x.shape());
            }
            input = x;
            output = Buffers.like(x, output);
            var weight = weight().value();
            var bias = bias().value();
            if (isTraining()) {
                int n = x.size(0) * x.size(2) * x.size(3);
                state.beginBatch(x, n, "pixels", 1);
                ImageNormalizations.batchNorm2d(
                        x,
                        weight,
                        bias,
                        options().epsilon(),
                        state.divisor(),
                        state.mean(),
                        state.variance(),
                        state.inverseDeviation(),
                        output);
                state.endBatch(n);
            } else {
                state.beginEvaluation();
                ImageNormalizations.batchNorm2dEvaluation(
                        x, weight, bias, state.mean(), state.inverseDeviation(), output);
            }
            return pass.output(output);
        }
    }

    /**
     * The gradients, where Σ runs over the n values of a channel and m is n or n - 1, as the variance was divided.
     *
     * <pre>
     * dBias += Σ dOut;  dWeight += Σ dOut ∘ normalized;  dNormalized = weight ∘ dOut
     * dX = (variance + epsilon)^-½ ∘ (dNormalized - Σ dNormalized / n - normalized ∘ Σ (dNormalized ∘ normalized) / m)
     * </pre>
     *
     * In evaluation the statistics are constants, and the two sums in dX fall away. dOut and dX have the shape of x.
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = state.passes.backward(dOut)) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            ImageNormalizations.batchNorm2dBackward(
                    dOut,
                    x,
                    weight().value(),
                    state.mean(),
                    state.inverseDeviation(),
                    state.divisor(),
                    weight().grad(),
                    bias().grad(),
                    dX);
            return pass.gradient(dX);
        }
    }
}
