package handgrad.nn;

import handgrad.tensor.Tensor;
import handgrad.tensor.Variance;
import org.jspecify.annotations.Nullable;

/**
 * What the two batch normalisations share: options, weight, bias, running statistics, mode, and the statistics that the
 * last forward pass normalised by.
 */
public final class BatchNormState {
    private final String layer;
    final BatchNormOptions options;
    final Parameter weight;
    final Parameter bias;
    final Parts parts = new Parts();
    final Passes passes;
    final RunningStatistics running;

    private int divisor;
    private @Nullable Tensor mean;
    private @Nullable Tensor inverseDeviation;
    private @Nullable Tensor batchMean;
    private @Nullable Tensor batchVariance;

    /** Weight 1, bias 0, running mean 0 and running variance 1, all (features); the layer's name is for errors. */
    BatchNormState(String layer, int features, BatchNormOptions options) {
        this.layer = layer;
        this.options = options;
        passes = new Passes(layer, parts);
        weight = parts.add(new Parameter("weight", Tensor.ones(features)));
        bias = parts.add(new Parameter("bias", Tensor.zeros(features)));
        running = new RunningStatistics(features, options, parts);
    }

    int features() {
        return weight.value().size(0);
    }

    /**
     * Before a batch is normalised by its own statistics: makes room for them.
     *
     * @param n the values of a feature in x, at least 2
     * @param values what they are called in errors
     * @param positions how many positions of x have statistics of their own
     */
    void beginBatch(Tensor x, int n, String values, int positions) {
        if (n < 2) {
            throw new IllegalArgumentException(layer + ": the variance of one value is no measure, x is " + x.shape()
                    + "; train on at least 2 " + values + ", or evaluate with train(false)");
        }
        if (positions != running.positions()) {
            running.split(positions);
        }
        divisor = options.normalizeBy() == Variance.BIASED ? n : n - 1;
        batchMean = Buffers.like(running.mean(), batchMean);
        batchVariance = Buffers.like(running.mean(), batchVariance);
        inverseDeviation = Buffers.like(running.mean(), inverseDeviation);
        mean = batchMean;
    }

    /** After it, when mean and variance are written: lets the running statistics follow. */
    void endBatch(int n) {
        running.follow(mean(), variance(), n, divisor);
    }

    /** Before an evaluation: takes the running statistics. */
    void beginEvaluation() {
        divisor = 0;
        mean = running.mean();
        inverseDeviation = running.inverseDeviation();
    }

    /** What the variance of the batch was divided by; 0 in evaluation, where no batch counts. */
    int divisor() {
        return divisor;
    }

    /** The mean of the last forward pass. */
    Tensor mean() {
        return Passes.kept(mean);
    }

    /** The variance of the last batch. */
    Tensor variance() {
        return Passes.kept(batchVariance);
    }

    /** (variance + epsilon)^-½ of the last forward pass. */
    Tensor inverseDeviation() {
        return Passes.kept(inverseDeviation);
    }
}
