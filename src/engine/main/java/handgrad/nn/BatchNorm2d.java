package handgrad.nn;

import handgrad.nn.BatchNormOptions.Axes;
import handgrad.nn.BatchNormOptions.Variance;
import handgrad.tensor.DType;
import handgrad.tensor.Normalizations;
import handgrad.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalisation of images (N, channels, height, width): normalises each channel over the batch and all its pixels, then
 * scales by a gain and shifts by a bias. Keeps its input for backward.
 *
 * <p>In training it uses the mean and variance of the batch and moves the running statistics towards them; in evaluation
 * it uses the running statistics. {@link BatchNormOptions} has the conventions.
 */
public final class BatchNorm2d implements Layer {
    private final BatchNormOptions options;
    private final Parameter gain;
    private final Parameter bias;
    private final List<Parameter> parameters;
    private final RunningStatistics running;
    private boolean training = true;

    private int divisor;
    private @Nullable Tensor input;
    private @Nullable Tensor batchMean;
    private @Nullable Tensor batchVariance;
    private @Nullable Tensor mean;
    private @Nullable Tensor inverseDeviation;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** A layer with PyTorch's conventions, {@link BatchNormOptions#PYTORCH}. */
    public BatchNorm2d(int channels) {
        this(channels, BatchNormOptions.PYTORCH);
    }

    /**
     * A layer with gain 1, bias 0, running mean 0 and running variance 1.
     *
     * @param options not of {@link Axes#FIRST}
     */
    public BatchNorm2d(int channels, BatchNormOptions options) {
        if (options.axes() == Axes.FIRST) {
            throw new IllegalArgumentException(
                    "BatchNorm2d: a pixel has no statistics of its own, so the axes cannot be FIRST");
        }
        this.options = options;
        gain = new Parameter("weight", Tensor.ones(channels));
        bias = new Parameter("bias", Tensor.zeros(channels));
        parameters = List.of(gain, bias);
        running = new RunningStatistics(channels, options);
    }

    /** The conventions. */
    public BatchNormOptions options() {
        return options;
    }

    /** Whether the layer normalises by the batch, as in training, or by the running statistics. */
    public boolean isTraining() {
        return training;
    }

    /** The gain γ, (channels); named {@code weight} as in PyTorch. */
    public Parameter weight() {
        return gain;
    }

    /** The bias β, (channels). */
    public Parameter bias() {
        return bias;
    }

    /** The running mean, (channels). */
    public Tensor runningMean() {
        return running.mean();
    }

    /** The running variance or deviation, as the options say, (channels). */
    public Tensor runningSpread() {
        return running.spread();
    }

    /**
     * Mean and variance are those of the batch in training, the running ones in evaluation.
     *
     * <pre>
     * normalized = (x - mean) ∘ (variance + epsilon)^-½;  out = gain ∘ normalized + bias
     * </pre>
     *
     * x and out are (N, channels, height, width). Training wants at least two values of each channel.
     */
    @Override
    public Tensor forward(Tensor x) {
        int channels = gain.value().size(0);
        if (x.shape().rank() != 4 || x.size(1) != channels) {
            throw new IllegalArgumentException(
                    "BatchNorm2d: wants (N, " + channels + ", height, width), x is " + x.shape());
        }
        input = x;
        output = Buffers.like(x, output);
        if (training) {
            normalizeByBatch(x, output);
        } else {
            divisor = 0;
            mean = running.mean();
            inverseDeviation = running.inverseDeviation();
            Normalizations.batchNorm2dEvaluation(x, gain.value(), bias.value(), mean, inverseDeviation, output);
        }
        return output;
    }

    private void normalizeByBatch(Tensor x, Tensor output) {
        int n = x.size(0) * x.size(2) * x.size(3);
        if (n < 2) {
            throw new IllegalArgumentException("BatchNorm2d: the variance of one value is no measure, x is " + x.shape()
                    + "; train on at least 2 pixels, or evaluate with train(false)");
        }
        divisor = options.normalizeBy() == Variance.BIASED ? n : n - 1;
        batchMean = Buffers.like(gain.value(), batchMean);
        batchVariance = Buffers.like(gain.value(), batchVariance);
        inverseDeviation = Buffers.like(gain.value(), inverseDeviation);
        mean = batchMean;
        Normalizations.batchNorm2d(
                x,
                gain.value(),
                bias.value(),
                options.epsilon(),
                divisor,
                batchMean,
                batchVariance,
                inverseDeviation,
                output);
        running.follow(batchMean, batchVariance, n, divisor);
    }

    /**
     * The gradients, where Σ runs over the n values of a channel and m is n or n - 1, as the variance was divided.
     *
     * <pre>
     * dBias += Σ dOut;  dGain += Σ dOut ∘ normalized;  dNormalized = gain ∘ dOut
     * dX = (variance + epsilon)^-½ ∘ (dNormalized - Σ dNormalized / n - normalized ∘ Σ (dNormalized ∘ normalized) / m)
     * </pre>
     *
     * In evaluation the statistics are constants, and the two sums in dX fall away. dOut and dX have the shape of x.
     */
    @Override
    public Tensor backward(Tensor dOut) {
        var x = Buffers.kept("BatchNorm2d", input);
        dX = Buffers.like(x, dX);
        Normalizations.batchNorm2dBackward(
                dOut,
                x,
                gain.value(),
                Buffers.kept("BatchNorm2d", mean),
                Buffers.kept("BatchNorm2d", inverseDeviation),
                divisor,
                gain.grad(),
                bias.grad(),
                dX);
        return dX;
    }

    @Override
    public List<Parameter> parameters() {
        return parameters;
    }

    @Override
    public void train(boolean training) {
        this.training = training;
    }

    @Override
    public void to(DType dtype) {
        Layer.super.to(dtype);
        running.to(dtype);
    }

    /** weight, bias, running_mean and running_var, or running_std where the options follow the deviation. */
    @Override
    public Map<String, Tensor> stateDict() {
        var state = new LinkedHashMap<>(Layer.super.stateDict());
        running.addTo(state);
        return state;
    }
}
