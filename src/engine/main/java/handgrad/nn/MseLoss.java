package handgrad.nn;

import handgrad.tensor.LossReduction;
import handgrad.tensor.PointwiseLosses;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The mean squared error, or the sum: PyTorch's {@code MSELoss}. Keeps both its arguments for backward. */
public final class MseLoss implements Loss {
    private final Passes passes = new Passes("MseLoss", Parts.NONE);
    private final LossReduction reduction;
    private @Nullable Tensor input;
    private @Nullable Tensor target;
    private @Nullable Tensor dX;

    /** The mean over all elements. */
    public MseLoss() {
        this(LossReduction.MEAN);
    }

    /** With another reduction. */
    public MseLoss(LossReduction reduction) {
        this.reduction = reduction;
    }

    /**
     * loss = Σ (x - target)² / d, with d the number of elements for a mean, and 1 for a sum.
     *
     * @param x (…)
     * @param target (…)
     */
    @Override
    public double forward(Tensor x, Tensor target) {
        try (var pass = passes.forward(x)) {
            input = x;
            this.target = target;
            return pass.loss(PointwiseLosses.mseLoss(x, target, reduction));
        }
    }

    /** dX = 2 (x - target) / d, of the shape of x; overwritten by the next call. */
    @Override
    public Tensor backward() {
        try (var pass = passes.backward()) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            PointwiseLosses.mseLossBackward(x, Passes.kept(target), reduction, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public double divisor(Tensor targets) {
        return TargetCount.ofElements(targets, reduction);
    }
}
