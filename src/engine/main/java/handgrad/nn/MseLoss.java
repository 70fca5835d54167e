package handgrad.nn;

import handgrad.tensor.LossFunctions;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The mean squared error: PyTorch's {@code MSELoss}. Keeps both its arguments for backward. */
public final class MseLoss implements Loss {
    private @Nullable Tensor input;
    private @Nullable Tensor target;
    private @Nullable Tensor dX;

    /**
     * loss = Σ (x - target)² / n over all n elements.
     *
     * @param x (…)
     * @param target (…)
     */
    @Override
    public double forward(Tensor x, Tensor target) {
        input = x;
        this.target = target;
        return LossFunctions.mseLoss(x, target);
    }

    /** dX = 2 (x - target) / n, of the shape of x; overwritten by the next call. */
    @Override
    public Tensor backward() {
        var x = Buffers.kept("MseLoss", input);
        dX = Buffers.like(x, dX);
        LossFunctions.mseLossBackward(x, Buffers.kept("MseLoss", target), dX);
        return dX;
    }
}
