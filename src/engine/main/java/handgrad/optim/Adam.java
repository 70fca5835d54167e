package handgrad.optim;

import handgrad.nn.Parameter;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.List;

/**
 * Adam (Kingma and Ba 2014, https://arxiv.org/abs/1412.6980): steps of about the learning rate in every element, by
 * running averages of its gradient and of its square. Weight decay, where given, is that of AdamW (Loshchilov and
 * Hutter 2017, https://arxiv.org/abs/1711.05101): apart from the gradient. Everything is named as in PyTorch.
 */
public final class Adam implements Optimizer {
    private final ParameterList parameters;
    private final AdamOptions options;
    private final List<Tensor> means;
    private final List<Tensor> squares;
    private int step;

    /** An optimiser of these parameters with PyTorch's defaults, {@link AdamOptions#PYTORCH}. */
    public Adam(List<Parameter> parameters) {
        this(parameters, AdamOptions.PYTORCH);
    }

    /**
     * An optimiser of these parameters, in this order, of the types that they have now: a model is converted before.
     *
     * @param parameters at least one, none twice
     */
    public Adam(List<Parameter> parameters, AdamOptions options) {
        this.parameters = new ParameterList("Adam", parameters);
        this.options = options;
        this.means = zeros();
        this.squares = zeros();
    }

    private List<Tensor> zeros() {
        return parameters.asList().stream()
                .map(Parameter::value)
                .map(value -> Tensor.zeros(value.dtype(), value.shape()))
                .toList();
    }

    @Override
    public void zeroGrad() {
        parameters.zeroGrad();
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
        parameters.requireRate(lr);
        requireTypes();
        step++;
        for (int i = 0; i < parameters.size(); i++) {
            var parameter = parameters.get(i);
            Updates.adam(
                    parameter.value(),
                    parameter.grad(),
                    means.get(i),
                    squares.get(i),
                    lr,
                    options.beta1(),
                    options.beta2(),
                    options.epsilon(),
                    options.weightDecay(),
                    step);
        }
    }

    /** A conversion of the model gives its parameters new tensors, and the averages keep the type of before. */
    private void requireTypes() {
        for (int i = 0; i < parameters.size(); i++) {
            var value = parameters.get(i).value();
            if (value.dtype() != means.get(i).dtype()) {
                throw new IllegalStateException("Adam: " + parameters.get(i).name() + " " + value.shape() + " is "
                        + value.dtype() + " now, and was " + means.get(i).dtype()
                        + " when this optimiser was made: call model.to(" + value.dtype()
                        + ") first, then make the optimiser");
            }
        }
    }
}
