package handgrad.nn;

import handgrad.tensor.LossReduction;
import handgrad.tensor.PointwiseLosses;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The binary cross-entropy of the sigmoid of logits: PyTorch's {@code BCEWithLogitsLoss}. No logit makes it overflow.
 * Keeps both its arguments for backward.
 */
public final class BCEWithLogitsLoss implements Loss {
    private final Passes passes = new Passes("BCEWithLogitsLoss", Parts.NONE);
    private final LossReduction reduction;
    private @Nullable Tensor input;
    private @Nullable Tensor target;
    private @Nullable Tensor dX;

    /** The mean over all elements. */
    public BCEWithLogitsLoss() {
        this(LossReduction.MEAN);
    }

    /** With another reduction. */
    public BCEWithLogitsLoss(LossReduction reduction) {
        this.reduction = reduction;
    }

    /**
     * loss = Σ (-target ln σ(x) - (1 - target) ln(1 - σ(x))) / d, with d the number of elements for a mean, and 1 for
     * a sum.
     *
     * @param x logits (…)
     * @param target probabilities (…), from 0 to 1, of the type of x
     */
    @Override
    public double forward(Tensor x, Tensor target) {
        try (var pass = passes.forward(x)) {
            input = x;
            this.target = target;
            return pass.loss(PointwiseLosses.bceWithLogitsLoss(x, target, reduction));
        }
    }

    /** dX = (σ(x) - target) / d, of the shape of x; overwritten by the next call. */
    @Override
    public Tensor backward() {
        try (var pass = passes.backward()) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            PointwiseLosses.bceWithLogitsLossBackward(x, Passes.kept(target), reduction, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public double divisor(Tensor targets) {
        return TargetCount.ofElements(targets, reduction);
    }
}
