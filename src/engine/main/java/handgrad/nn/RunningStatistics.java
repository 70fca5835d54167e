package handgrad.nn;

import handgrad.nn.BatchNormOptions.Axes;
import handgrad.nn.BatchNormOptions.Running;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import org.jspecify.annotations.Nullable;

/** The running mean and spread of a batch normalisation, and how they follow the batches. */
final class RunningStatistics {
    private final BatchNormOptions options;
    private final Statistic mean;
    private final Statistic spread;
    private @Nullable Tensor deviation;

    /** Mean 0 and spread 1, as running_mean and running_var, or running_std where the options follow the deviation. */
    RunningStatistics(int features, BatchNormOptions options, Parts parts) {
        this.options = options;
        boolean growing = options.axes() == Axes.FIRST;
        mean = parts.add(new Statistic("running_mean", Tensor.zeros(features)).growing(growing));
        var name = options.running() == Running.UNBIASED_DEVIATION ? "running_std" : "running_var";
        spread = parts.add(Statistic.neverNegative(name, Tensor.ones(features)).growing(growing));
    }

    /** (features), or (positions, features) after a split. */
    Tensor mean() {
        return mean.value();
    }

    /** The variance or the deviation, as the options say, of the shape of the mean. */
    Tensor spread() {
        return spread.value();
    }

    /** How many positions have statistics of their own; 1 where all share them. */
    int positions() {
        return mean().shape().rank() == 2 ? mean().size(0) : 1;
    }

    /**
     * running += batchWeight · (batch - running), for the mean and for the spread that the options name.
     *
     * @param n the values of a feature in the batch
     * @param divisor what its variance was divided by
     */
    void follow(Tensor batchMean, Tensor batchVariance, int n, int divisor) {
        double weight = options.batchWeight();
        Updates.blend(mean(), 1 - weight, weight, batchMean);
        double factor = (double) divisor / (options.running() == Running.BIASED_VARIANCE ? n : n - 1);
        if (options.running() == Running.UNBIASED_DEVIATION) {
            deviation = Buffers.like(batchVariance, deviation);
            Updates.scaledSquareRoot(batchVariance, factor, deviation);
            Updates.blend(spread(), 1 - weight, weight, deviation);
        } else {
            Updates.blend(spread(), 1 - weight, weight * factor, batchVariance);
        }
    }

    /** What evaluation multiplies by. */
    Tensor inverseDeviation() {
        return options.running() == Running.UNBIASED_DEVIATION
                ? spread().pow(-1)
                : spread().add(options.epsilon()).sqrt().pow(-1);
    }

    /** Gives each of {@code positions} the statistics that all had so far: (features) becomes (positions, features). */
    void split(int positions) {
        mean.set(repeat(mean(), positions));
        spread.set(repeat(spread(), positions));
    }

    private static Tensor repeat(Tensor perFeature, int positions) {
        return Tensor.zeros(perFeature.dtype(), Shape.of(positions, perFeature.size(-1)))
                .addInPlace(perFeature);
    }
}
