package handgrad.nn;

import handgrad.tensor.LossReduction;
import handgrad.tensor.PointwiseLosses;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The squared error where it is small and the absolute error where it is large: PyTorch's {@code HuberLoss}. Keeps
 * both its arguments for backward.
 */
public final class HuberLoss implements Loss {
    private final Passes passes = new Passes("HuberLoss", Parts.NONE);
    private final double delta;
    private final LossReduction reduction;
    private @Nullable Tensor input;
    private @Nullable Tensor target;
    private @Nullable Tensor dX;

    /** The mean over all elements, squared up to differences of 1. */
    public HuberLoss() {
        this(1);
    }

    /** The mean over all elements, squared up to differences of delta. */
    public HuberLoss(double delta) {
        this(delta, LossReduction.MEAN);
    }

    /**
     * With another reduction.
     *
     * @throws IllegalArgumentException if delta is not greater than 0 and finite
     */
    public HuberLoss(double delta, LossReduction reduction) {
        if (!(delta > 0 && delta < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("HuberLoss: delta must be greater than 0 and finite, it is " + delta);
        }
        this.delta = delta;
        this.reduction = reduction;
    }

    /**
     * loss = Σ h(x - target) / d, h(e) = e²/2 up to |e| = delta, and delta (|e| - delta/2) beyond, with d the number
     * of elements for a mean, and 1 for a sum.
     *
     * @param x (…)
     * @param target (…)
     */
    @Override
    public double forward(Tensor x, Tensor target) {
        try (var pass = passes.forward(x)) {
            input = x;
            this.target = target;
            return pass.loss(PointwiseLosses.huberLoss(x, target, delta, reduction));
        }
    }

    /** dX = (x - target kept within ±delta) / d, of the shape of x; overwritten by the next call. */
    @Override
    public Tensor backward() {
        try (var pass = passes.backward()) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            PointwiseLosses.huberLossBackward(x, Passes.kept(target), delta, reduction, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public double divisor(Tensor targets) {
        return TargetCount.ofElements(targets, reduction);
    }
}
