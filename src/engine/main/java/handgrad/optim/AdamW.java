package handgrad.optim;

import handgrad.nn.Parameter;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.List;

/**
 * {@link Adam} whose weight decay is apart from the gradient (Loshchilov and Hutter 2017,
 * https://arxiv.org/abs/1711.05101), as in PyTorch's {@code AdamW}. The decay is what the options say, 0 with
 * {@link AdamOptions#PYTORCH}; PyTorch's own default for it is 0.01.
 */
public final class AdamW implements Optimizer {
    private final AdamMoments moments;
    private final AdamOptions options;
    private final AdamMoments.Update update = this::update;
    private double lr;

    /** An optimiser of these parameters with {@link AdamOptions#PYTORCH}. */
    public AdamW(List<Parameter> parameters) {
        this(parameters, AdamOptions.PYTORCH);
    }

    /**
     * An optimiser of these parameters, in this order, of the types that they have now: a model is converted before.
     *
     * @param parameters at least one, none twice
     */
    public AdamW(List<Parameter> parameters, AdamOptions options) {
        this.moments = new AdamMoments("AdamW", parameters);
        this.options = options;
    }

    @Override
    public void zeroGrad() {
        moments.zeroGrad();
    }

    /**
     * For every parameter, at step s counted from 1:
     *
     * <pre>
     * mean = β₁ mean + (1 - β₁) grad;  square = β₂ square + (1 - β₂) grad²
     * value = (1 - lr · weightDecay) value - lr / (1 - β₁ˢ) · mean / (√(square / (1 - β₂ˢ)) + epsilon)
     * </pre>
     */
    @Override
    public void step(double lr) {
        this.lr = lr;
        moments.step(lr, update);
    }

    private void update(Parameter parameter, Tensor mean, Tensor square, int step) {
        Updates.adamW(
                parameter.value(),
                parameter.grad(),
                mean,
                square,
                lr,
                options.beta1(),
                options.beta2(),
                options.epsilon(),
                options.weightDecay(),
                step);
    }
}
