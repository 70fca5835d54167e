package handgrad.nn;

import handgrad.nn.BatchNormOptions.Axes;
import handgrad.nn.BatchNormOptions.Variance;
import handgrad.tensor.DType;
import handgrad.tensor.Normalizations;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalisation: normalises each feature over the batch, then scales by a gain and shifts by a bias. Keeps the
 * normalised input for backward. The input is (N, features) or (N, L, features): the features come last, where PyTorch
 * wants (N, features, L).
 *
 * <p>In training it uses the mean and variance of the batch and moves the running statistics towards them; in evaluation
 * it uses the running statistics. Where PyTorch, Keras and the lectures differ, {@link BatchNormOptions} has an option.
 */
public final class BatchNorm1d implements Layer {
    private final BatchNormOptions options;
    private final Parameter gain;
    private final Parameter bias;
    private final List<Parameter> parameters;
    private final RunningStatistics running;
    private boolean training = true;

    private boolean usedBatch;
    private int divisor;
    private @Nullable Tensor mean;
    private @Nullable Tensor variance;
    private @Nullable Tensor inverseDeviation;
    private @Nullable Tensor normalized;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    // The gain and the bias, or copies and gradients for each position where each has statistics of its own.
    private @Nullable Tensor gains;
    private @Nullable Tensor biases;
    private @Nullable Tensor dGains;
    private @Nullable Tensor dBiases;
    private final JoinedPositions joinedX = new JoinedPositions();
    private final JoinedPositions joinedNormalized = new JoinedPositions();
    private final JoinedPositions joinedOutput = new JoinedPositions();
    private final JoinedPositions joinedDOut = new JoinedPositions();
    private final JoinedPositions joinedDX = new JoinedPositions();

    /** A layer with PyTorch's conventions, {@link BatchNormOptions#PYTORCH}. */
    public BatchNorm1d(int features) {
        this(features, BatchNormOptions.PYTORCH);
    }

    /** A layer with gain 1, bias 0, running mean 0 and running variance 1. */
    public BatchNorm1d(int features, BatchNormOptions options) {
        this.options = options;
        this.gain = new Parameter("weight", Tensor.ones(features));
        this.bias = new Parameter("bias", Tensor.zeros(features));
        this.parameters = List.of(gain, bias);
        this.running = new RunningStatistics(features, options);
    }

    /** The conventions. */
    public BatchNormOptions options() {
        return options;
    }

    /** Whether the layer normalises by the batch, as in training, or by the running statistics. */
    public boolean isTraining() {
        return training;
    }

    /** The gain γ, (features); named {@code weight} as in PyTorch. */
    public Parameter weight() {
        return gain;
    }

    /** The bias β, (features). */
    public Parameter bias() {
        return bias;
    }

    /** The running mean, (features); (L, features) where each position has its own. */
    public Tensor runningMean() {
        return running.mean();
    }

    /** The running variance or deviation, as the options say, of the shape of the running mean. */
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
     * x and out are (N, features) or (N, L, features). Training wants at least two values of each feature.
     */
    @Override
    public Tensor forward(Tensor x) {
        if (x.shape().rank() < 2
                || x.shape().rank() > 3
                || x.size(-1) != gain.value().size(0)) {
            throw new IllegalArgumentException("BatchNorm1d: wants (N, "
                    + gain.value().size(0) + ") or (N, L, " + gain.value().size(0) + "), x is " + x.shape());
        }
        int positions = positions(running.mean());
        if (positions > 1 && positions != groups(x)) {
            throw new IllegalArgumentException("BatchNorm1d: the running statistics are "
                    + running.mean().shape() + ", for " + positions + " positions; x is " + x.shape());
        }
        normalized = Buffers.like(x, normalized);
        output = Buffers.like(x, output);
        usedBatch = training;
        if (training) {
            normalizeByBatch(x, normalized, output);
        } else {
            normalizeByRunning(x, normalized, output);
        }
        return output;
    }

    private void normalizeByBatch(Tensor x, Tensor normalized, Tensor output) {
        int groups = groups(x);
        int rows = x.shape().elements() / Math.max(1, groups * x.size(-1));
        if (rows < 2) {
            throw new IllegalArgumentException("BatchNorm1d: the variance of one value is no measure, x is " + x.shape()
                    + "; train on at least 2 rows, or evaluate with train(false)");
        }
        divisor = options.normalizeBy() == Variance.BIASED ? rows : rows - 1;
        if (groups != positions(running.mean())) {
            running.split(groups);
        }
        mean = Buffers.like(running.mean(), mean);
        variance = Buffers.like(running.mean(), variance);
        inverseDeviation = Buffers.like(running.mean(), inverseDeviation);
        gains = repeat(gain.value(), groups, gains);
        biases = repeat(bias.value(), groups, biases);
        Normalizations.batchNorm(
                joinedX.of(x, groups),
                gains,
                biases,
                options.epsilon(),
                divisor,
                mean,
                variance,
                inverseDeviation,
                joinedNormalized.of(normalized, groups),
                joinedOutput.of(output, groups));
        running.follow(mean, variance, rows, divisor);
    }

    private void normalizeByRunning(Tensor x, Tensor normalized, Tensor output) {
        int groups = positions(running.mean());
        inverseDeviation = running.inverseDeviation();
        gains = repeat(gain.value(), groups, gains);
        biases = repeat(bias.value(), groups, biases);
        Normalizations.batchNormEvaluation(
                joinedX.of(x, groups),
                gains,
                biases,
                running.mean(),
                inverseDeviation,
                joinedNormalized.of(normalized, groups),
                joinedOutput.of(output, groups));
    }

    /** What all positions share, once for each position. */
    private Tensor repeat(Tensor perFeature, int groups, @Nullable Tensor old) {
        if (groups == 1) {
            return perFeature;
        }
        var repeated = Buffers.like(running.mean(), old);
        Updates.copyToRows(perFeature, repeated);
        return repeated;
    }

    /**
     * A layer that does in one what a linear layer and this one after it do in evaluation: with constant statistics both
     * are linear. It shares nothing with the two, and follows neither when they are trained on.
     *
     * <pre>
     * scale = gain ∘ (running variance + epsilon)^-½
     * weight' = weight ∘ scale;  bias' = (bias - running mean) ∘ scale + shift
     * </pre>
     *
     * Equal up to rounding: the products are rounded in another order.
     *
     * @param linear the layer before this one, (fanIn, features), with or without a bias
     * @return a layer (fanIn, features) with a bias
     * @throws IllegalArgumentException if the features differ, or if the running statistics are one for each position
     */
    public Linear foldInto(Linear linear) {
        var weight = linear.weight().value();
        if (weight.size(1) != gain.value().size(0)) {
            throw new IllegalArgumentException("BatchNorm1d: foldInto: the layer has weight " + weight.shape()
                    + ", this normalises " + gain.value().size(0) + " features");
        }
        if (positions(running.mean()) > 1) {
            throw new IllegalArgumentException("BatchNorm1d: foldInto: the running statistics are "
                    + running.mean().shape() + ", for " + positions(running.mean())
                    + " positions, and a linear layer treats all alike");
        }
        var scale = gain.value().mul(running.inverseDeviation());
        var centred = linear.bias() == null
                ? running.mean().neg()
                : linear.bias().value().sub(running.mean());
        return new Linear(weight.mul(scale), centred.mul(scale).add(bias.value()));
    }

    /**
     * The gradients, where Σ runs over the n values of a feature and m is n or n - 1, as the variance was divided.
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
        var unit = Buffers.kept("BatchNorm1d", normalized);
        var inverse = Buffers.kept("BatchNorm1d", inverseDeviation);
        var gains = Buffers.kept("BatchNorm1d", this.gains);
        dX = Buffers.like(unit, dX);
        int groups = positions(inverse);
        var dGain = gain.grad();
        var dBias = bias.grad();
        if (groups > 1) {
            dGain = dGains = Buffers.like(inverse, dGains).fill(0);
            dBias = dBiases = Buffers.like(inverse, dBiases).fill(0);
        }
        if (usedBatch) {
            Normalizations.batchNormBackward(
                    joinedDOut.of(dOut, groups),
                    joinedNormalized.of(unit, groups),
                    gains,
                    inverse,
                    divisor,
                    dGain,
                    dBias,
                    joinedDX.of(dX, groups));
        } else {
            Normalizations.batchNormEvaluationBackward(
                    joinedDOut.of(dOut, groups),
                    joinedNormalized.of(unit, groups),
                    gains,
                    inverse,
                    dGain,
                    dBias,
                    joinedDX.of(dX, groups));
        }
        if (groups > 1) {
            Updates.addRows(dGain, gain.grad());
            Updates.addRows(dBias, bias.grad());
        }
        return dX;
    }

    /** How many positions have statistics of their own. */
    private int groups(Tensor x) {
        return options.axes() == Axes.FIRST && x.shape().rank() == 3 ? x.size(1) : 1;
    }

    /** How many positions these statistics are of: (positions, features), or (features) for one. */
    private static int positions(Tensor statistics) {
        return statistics.shape().rank() == 2 ? statistics.size(0) : 1;
    }

    /**
     * A tensor (N, L, features) seen as (N, L · features), where each position has statistics of its own. The view is made anew
     * only for another tensor.
     */
    @SuppressWarnings("ReferenceEquality")
    private static final class JoinedPositions {
        private @Nullable Tensor source;
        private @Nullable Tensor view;

        Tensor of(Tensor x, int positions) {
            if (positions == 1) {
                return x;
            }
            if (view == null || x != source) {
                source = x;
                view = x.reshape(x.size(0), positions * x.size(2));
            }
            return view;
        }
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
