package handgrad.nn;

import handgrad.tensor.LossFunctions;
import handgrad.tensor.LossReduction;
import handgrad.tensor.Tensor;

/** What the sum of a loss is divided by, see {@link Loss#divisor}. */
final class TargetCount {
    private TargetCount() {}

    /** Of a loss that has a target for each element. */
    static double ofElements(Tensor targets, LossReduction reduction) {
        return switch (reduction) {
            case MEAN -> targets.shape().elements();
            case SUM -> 1;
            case BATCH_MEAN -> targets.shape().rank() == 0 ? 1 : targets.size(0);
        };
    }

    /** Of a loss that has a class as its target, INT32, in each row: the sum of the weights of the targets. */
    static double ofClasses(Tensor targets, ClassWeights weights, LossReduction reduction) {
        if (reduction != LossReduction.MEAN) {
            return 1;
        }
        double sum = 0;
        for (int target : targets.ints()) {
            sum += target == LossFunctions.IGNORED ? 0 : weights.of(target);
        }
        return sum;
    }
}
