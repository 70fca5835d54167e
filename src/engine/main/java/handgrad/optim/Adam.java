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
    private final List<Parameter> parameters;
    private final AdamOptions options;
    private final List<Tensor> means;
    private final List<Tensor> squares;
    private int step;

    /** An optimiser with PyTorch's defaults, {@link AdamOptions#PYTORCH}. */
    public Adam(List<Parameter> parameters) {
        this(parameters, AdamOptions.PYTORCH);
    }

    /** An optimiser of these parameters, in this order, of the types that they have now. */
    public Adam(List<Parameter> parameters, AdamOptions options) {
        this.parameters = List.copyOf(parameters);
        this.options = options;
        this.means = zeros(this.parameters);
        this.squares = zeros(this.parameters);
    }

    private static List<Tensor> zeros(List<Parameter> parameters) {
        return parameters.stream()
                .map(Parameter::value)
                .map(value -> Tensor.zeros(value.dtype(), value.shape()))
                .toList();
    }

    @Override
    public void zeroGrad() {
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).zeroGrad();
        }
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
        if (!(lr >= 0) || Double.isInfinite(lr)) {
            throw new IllegalArgumentException("Adam: the learning rate must be at least 0 and finite, it is " + lr);
        }
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
}
