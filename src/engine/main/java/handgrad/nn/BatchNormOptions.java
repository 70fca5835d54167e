package handgrad.nn;

import handgrad.tensor.Variance;

/**
 * The conventions in which batch normalisations differ.
 *
 * <pre>{@code
 * new BatchNorm1d(200, BatchNormOptions.PYTORCH.withMomentum(0.001).withEpsilon(0))
 * }</pre>
 *
 * @param normalizeBy the variance that a batch is normalised by; the paper and PyTorch take the biased one, the
 *     lectures the unbiased one
 * @param running what the running statistic follows
 * @param epsilon added to the variance before its root; at least 0
 * @param momentum how fast the running statistics move, from 0 to 1, read as {@code momentumIs} says
 * @param momentumIs the meaning of the momentum
 * @param axes the dimensions that the statistics of an input (N, L, features) run over
 */
public record BatchNormOptions(
        Variance normalizeBy, Running running, double epsilon, double momentum, Momentum momentumIs, Axes axes) {

    /** What the running statistic of the spread follows. */
    public enum Running {
        /** The variance divided by n. */
        BIASED_VARIANCE,
        /** The variance divided by n - 1. */
        UNBIASED_VARIANCE,
        /** The root of the variance divided by n - 1; evaluation divides by it alone and leaves epsilon out. */
        UNBIASED_DEVIATION
    }

    /** The meaning of the momentum m. */
    public enum Momentum {
        /** running = (1 - m) · running + m · batch, as in PyTorch. */
        WEIGHT_OF_BATCH,
        /** running = m · running + (1 - m) · batch, as in Keras. */
        WEIGHT_OF_RUNNING
    }

    /** The dimensions that the statistics run over. */
    public enum Axes {
        /** All but the last: one statistic a feature. */
        ALL_BUT_LAST,
        /**
         * The first alone, as before the correction in makemore part 5: each position has statistics of its own. The
         * first training batch (N, L, features) sets their number, L, or a saved state does.
         */
        FIRST
    }

    /** PyTorch's BatchNorm1d: biased, running unbiased variance, epsilon 1e-5, momentum 0.1. */
    public static final BatchNormOptions PYTORCH = new BatchNormOptions(
            Variance.BIASED, Running.UNBIASED_VARIANCE, 1e-5, 0.1, Momentum.WEIGHT_OF_BATCH, Axes.ALL_BUT_LAST);

    /** The small network of makemore part 3: unbiased, running deviation, no epsilon, momentum 0.001. */
    public static final BatchNormOptions MAKEMORE_PART_3 = new BatchNormOptions(
            Variance.UNBIASED, Running.UNBIASED_DEVIATION, 0, 0.001, Momentum.WEIGHT_OF_BATCH, Axes.ALL_BUT_LAST);

    /** The BatchNorm1d class that makemore parts 3 and 5 write: unbiased for both, epsilon 1e-5, momentum 0.1. */
    public static final BatchNormOptions MAKEMORE_LAYER = new BatchNormOptions(
            Variance.UNBIASED, Running.UNBIASED_VARIANCE, 1e-5, 0.1, Momentum.WEIGHT_OF_BATCH, Axes.ALL_BUT_LAST);

    /** Checks epsilon and momentum. */
    public BatchNormOptions {
        if (!(epsilon >= 0)) {
            throw new IllegalArgumentException("BatchNormOptions: epsilon must be at least 0, it is " + epsilon);
        }
        if (!(momentum >= 0 && momentum <= 1)) {
            throw new IllegalArgumentException("BatchNormOptions: momentum must be from 0 to 1, it is " + momentum);
        }
    }

    /** These options with another variance to normalise by. */
    public BatchNormOptions withNormalizeBy(Variance variance) {
        return new BatchNormOptions(variance, running, epsilon, momentum, momentumIs, axes);
    }

    /** These options with another running statistic. */
    public BatchNormOptions withRunning(Running running) {
        return new BatchNormOptions(normalizeBy, running, epsilon, momentum, momentumIs, axes);
    }

    /** These options with another epsilon. */
    public BatchNormOptions withEpsilon(double epsilon) {
        return new BatchNormOptions(normalizeBy, running, epsilon, momentum, momentumIs, axes);
    }

    /** These options with another momentum, of the same meaning. */
    public BatchNormOptions withMomentum(double momentum) {
        return new BatchNormOptions(normalizeBy, running, epsilon, momentum, momentumIs, axes);
    }

    /** These options with another meaning of the momentum. */
    public BatchNormOptions withMomentumIs(Momentum meaning) {
        return new BatchNormOptions(normalizeBy, running, epsilon, momentum, meaning, axes);
    }

    /** These options with other axes. */
    public BatchNormOptions withAxes(Axes axes) {
        return new BatchNormOptions(normalizeBy, running, epsilon, momentum, momentumIs, axes);
    }

    /** The share of the batch in a new running statistic. */
    double batchWeight() {
        return momentumIs == Momentum.WEIGHT_OF_BATCH ? momentum : 1 - momentum;
    }
}
