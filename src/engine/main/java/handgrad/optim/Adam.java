package handgrad.optim;

import handgrad.nn.Parameter;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.List;

/**
 * Adam (Kingma and Ba 2014, https://arxiv.org/abs/1412.6980): steps of about the learning rate in every element, by
 * running averages of its gradient and of its square. Weight decay, where given, is added to the gradient (L2), as in
 * PyTorch's {@code Adam}; {@link AdamW} decays the weights themselves.
 */
public final class Adam implements Optimizer {
    private final AdamMoments moments;
    private final AdamOptions options;
    private final AdamMoments.Update update = this::update;
    private double lr;

    /** An optimiser of these parameters with {@link AdamOptions#PYTORCH}. */
    public Adam(List<Parameter> parameters) {
        this(parameters, AdamOptions.PYTORCH);
    }

    /**
     * An optimiser of these parameters, in this order, of the types that they have now: a model is converted before.
     *
     * @param parameters at least one, none twice
     */
    public Adam(List<Parameter> parameters, AdamOptions options) {
        this.moments = new AdamMoments("Adam", parameters);
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
     * g = grad + weightDecay · value;  mean = β₁ mean + (1 - β₁) g;  square = β₂ square + (1 - β₂) g²
     * value = value - lr / (1 - β₁ˢ) · mean / (√(square / (1 - β₂ˢ)) + epsilon)
     * </pre>
     */
    @Override
    public void step(double lr) {
        this.lr = lr;
        moments.step(lr, update);
    }

    private void update(Parameter parameter, Tensor mean, Tensor square, int step) {
        Updates.adam(
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
