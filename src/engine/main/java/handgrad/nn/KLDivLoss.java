package handgrad.nn;

import handgrad.tensor.LossReduction;
import handgrad.tensor.PointwiseLosses;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The divergence of Kullback and Leibler: PyTorch's {@code KLDivLoss}, which as a mean over all elements is not the
 * divergence; {@link LossReduction#BATCH_MEAN} is its mean over rows. Keeps both its arguments for backward.
 */
public final class KLDivLoss implements Loss {
    private final Passes passes = new Passes("KLDivLoss", Parts.NONE);
    private final LossReduction reduction;
    private @Nullable Tensor input;
    private @Nullable Tensor target;
    private @Nullable Tensor dX;

    /** The mean over all elements, as in PyTorch. */
    public KLDivLoss() {
        this(LossReduction.MEAN);
    }

    /** With another reduction. */
    public KLDivLoss(LossReduction reduction) {
        this.reduction = reduction;
    }

    /**
     * loss = Σ target (ln target - x) / d, without the elements whose target is 0, with d the number of elements for a
     * mean, of rows for BATCH_MEAN, and 1 for a sum.
     *
     * @param x log-probabilities (…)
     * @param target probabilities (…)
     */
    @Override
    public double forward(Tensor x, Tensor target) {
        try (var pass = passes.forward(x)) {
            input = x;
            this.target = target;
            return pass.loss(PointwiseLosses.klDivLoss(x, target, reduction));
        }
    }

    /** dX = -target / d, of the shape of x; overwritten by the next call. */
    @Override
    public Tensor backward() {
        try (var pass = passes.backward()) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            PointwiseLosses.klDivLossBackward(x, Passes.kept(target), reduction, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public double divisor(Tensor targets) {
        return TargetCount.ofElements(targets, reduction);
    }
}
