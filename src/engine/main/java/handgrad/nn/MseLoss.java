package handgrad.nn;

import handgrad.tensor.LossFunctions;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The mean squared error: PyTorch's {@code MSELoss}. Keeps both its arguments for backward. */
public final class MseLoss implements Loss {
    private final Passes passes = new Passes("MseLoss", Parts.NONE);
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
        try (var pass = passes.forward(x)) {
            input = x;
            this.target = target;
            return pass.loss(LossFunctions.mseLoss(x, target));
        }
    }

    /** dX = 2 (x - target) / n, of the shape of x; overwritten by the next call. */
    @Override
    public Tensor backward() {
        try (var pass = passes.backward()) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            LossFunctions.mseLossBackward(x, Passes.kept(target), dX);
            return pass.gradient(dX);
        }
    }
}
