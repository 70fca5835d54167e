package handgrad.nn;

import handgrad.tensor.LossFunctions;
import handgrad.tensor.LossReduction;
import handgrad.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The mean negative log-probability of the targets, of given log-probabilities: PyTorch's {@code NLLLoss}. */
public final class NLLLoss implements Loss {
    private final Passes passes = new Passes("NLLLoss", Parts.NONE);
    private final LossReduction reduction;
    private final ClassWeights weights;
    private @Nullable Tensor input;
    private @Nullable Tensor targets;
    private @Nullable Tensor dX;

    /** The mean, all classes of weight 1. */
    public NLLLoss() {
        this(List.of(), LossReduction.MEAN);
    }

    /**
     * With weights of the classes, or a sum.
     *
     * @param classWeights the weight of each class, at least 0; empty if all are 1
     * @param reduction MEAN, which divides by the sum of the weights of the targets, or SUM
     */
    public NLLLoss(List<Double> classWeights, LossReduction reduction) {
        ClassWeights.require("NLLLoss", classWeights);
        if (reduction == LossReduction.BATCH_MEAN) {
            throw new IllegalArgumentException("NLLLoss: BATCH_MEAN is for elementwise losses; give MEAN or SUM");
        }
        this.reduction = reduction;
        weights = new ClassWeights(classWeights);
    }

    /**
     * loss = -Σ w[t] x[i, t] / Σ w[t], over the rows i whose target t is not {@link LossFunctions#IGNORED}; a sum is
     * divided by nothing.
     *
     * @param x log-probabilities (N, classes), or (N, T, classes)
     * @param targets (N), or (N, T), INT32, each from 0 to classes - 1 or IGNORED; at least one is not, unless it is a
     *     sum
     */
    @Override
    public double forward(Tensor x, Tensor targets) {
        try (var pass = passes.forward(x)) {
            input = x;
            this.targets = targets;
            return pass.loss(LossFunctions.nllLoss(x, targets, weights.of(x), reduction));
        }
    }

    /** dX = -w[t] / Σ w[t] at the target t of each row, else 0; of the shape of x, overwritten by the next call. */
    @Override
    public Tensor backward() {
        try (var pass = passes.backward()) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            LossFunctions.nllLossBackward(Passes.kept(targets), weights.of(x), reduction, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public double divisor(Tensor targets) {
        return TargetCount.ofClasses(targets, weights, reduction);
    }
}
