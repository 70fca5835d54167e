package handgrad.nn;

import handgrad.tensor.LossReduction;
import java.util.Arrays;
import java.util.List;

/**
 * What a {@link CrossEntropyLoss} does besides the plain mean.
 *
 * <pre>{@code
 * new CrossEntropyLoss(CrossEntropyOptions.PYTORCH.withLabelSmoothing(0.1))
 * }</pre>
 *
 * @param labelSmoothing the share of the targets that is spread evenly over all classes, from 0 to 1
 * @param classWeights the weight of each class, at least 0; empty if all are 1
 * @param reduction MEAN, which divides by the sum of the weights of the targets, or SUM
 */
public record CrossEntropyOptions(double labelSmoothing, List<Double> classWeights, LossReduction reduction) {
    /** PyTorch's defaults: no smoothing, no weights, the mean. */
    public static final CrossEntropyOptions PYTORCH = new CrossEntropyOptions(0, List.of(), LossReduction.MEAN);

    /** Checks all three, and copies the list. */
    public CrossEntropyOptions {
        classWeights = List.copyOf(classWeights);
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException(
                    "CrossEntropyOptions: labelSmoothing must be from 0 to 1, it is " + labelSmoothing);
        }
        ClassWeights.require("CrossEntropyOptions", classWeights);
        if (reduction == LossReduction.BATCH_MEAN) {
            throw new IllegalArgumentException(
                    "CrossEntropyOptions: BATCH_MEAN is for elementwise losses; give MEAN or SUM");
        }
    }

    /** These options with another smoothing of the labels. */
    public CrossEntropyOptions withLabelSmoothing(double smoothing) {
        return new CrossEntropyOptions(smoothing, classWeights, reduction);
    }

    /** These options with a weight for each class, or with none for weights of 1. */
    public CrossEntropyOptions withClassWeights(double... weights) {
        return new CrossEntropyOptions(
                labelSmoothing, Arrays.stream(weights).boxed().toList(), reduction);
    }

    /** These options with another reduction. */
    public CrossEntropyOptions withReduction(LossReduction another) {
        return new CrossEntropyOptions(labelSmoothing, classWeights, another);
    }
}
