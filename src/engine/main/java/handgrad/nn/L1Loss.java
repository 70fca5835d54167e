package handgrad.nn;

import handgrad.tensor.LossReduction;
import handgrad.tensor.PointwiseLosses;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The mean absolute error, or the sum: PyTorch's {@code L1Loss}. Keeps both its arguments for backward. */
public final class L1Loss implements Loss {
    private final Passes passes = new Passes("L1Loss", Parts.NONE);
    private final LossReduction reduction;
    private @Nullable Tensor input;
    private @Nullable Tensor target;
    private @Nullable Tensor dX;

    /** The mean over all elements. */
    public L1Loss() {
        this(LossReduction.MEAN);
    }

    /** With another reduction. */
    public L1Loss(LossReduction reduction) {
        this.reduction = reduction;
    }

    /**
     * loss = Σ |x - target| / d, with d the number of elements for a mean, and 1 for a sum.
     *
     * @param x (…)
     * @param target (…)
     */
    @Override
    public double forward(Tensor x, Tensor target) {
        try (var pass = passes.forward(x)) {
            input = x;
            this.target = target;
            return pass.loss(PointwiseLosses.l1Loss(x, target, reduction));
        }
    }

    /** dX = sign(x - target) / d, 0 where they are equal, of the shape of x; overwritten by the next call. */
    @Override
    public Tensor backward() {
        try (var pass = passes.backward()) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            PointwiseLosses.l1LossBackward(x, Passes.kept(target), reduction, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public double divisor(Tensor targets) {
        return TargetCount.ofElements(targets, reduction);
    }
}
