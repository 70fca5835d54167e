package handgrad.optim;

import handgrad.nn.Parameter;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.List;

/**
 * Adam (Kingma and Ba 2014, https://arxiv.org/abs/1412.6980): steps of about the learning rate in every element, by running
 * averages of its gradient and of its square. Weight decay, where given, is that of AdamW (Loshchilov and Hutter 2017,
 * https://arxiv.org/abs/1711.05101): apart from the gradient. Everything is named as in PyTorch.
 */
public final class Adam implements Optimizer {
    private static final double DEFAULT_BETA1 = 0.9;
    private static final double DEFAULT_BETA2 = 0.999;
    private static final double DEFAULT_EPSILON = 1e-8;

    private final List<Parameter> parameters;
    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final double weightDecay;
    private final List<Tensor> means;
    private final List<Tensor> squares;
    private int step;

    /** An optimiser with PyTorch's defaults: betas 0.9 and 0.999, epsilon 1e-8, no weight decay. */
    public Adam(List<Parameter> parameters) {
        this(parameters, 0);
    }

    /** As {@link #Adam(List)}, with weight decay. */
    public Adam(List<Parameter> parameters, double weightDecay) {
        this(parameters, DEFAULT_BETA1, DEFAULT_BETA2, DEFAULT_EPSILON, weightDecay);
    }

    /**
     * An optimiser of these parameters, in this order, of the types that they have now.
     *
     * @param beta1 what a step keeps of the mean of gradients, from 0 to less than 1
     * @param beta2 what a step keeps of the mean of their squares, from 0 to less than 1
     * @param epsilon keeps the division from 0; at least 0
     * @param weightDecay the share of a value that a step of learning rate 1 takes away; at least 0
     */
    public Adam(List<Parameter> parameters, double beta1, double beta2, double epsilon, double weightDecay) {
        requireShare("beta1", beta1);
        requireShare("beta2", beta2);
        requireNotNegative("epsilon", epsilon);
        requireNotNegative("the weight decay", weightDecay);
        this.parameters = List.copyOf(parameters);
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
        this.weightDecay = weightDecay;
        this.means = zeros(this.parameters);
        this.squares = zeros(this.parameters);
    }

    private static List<Tensor> zeros(List<Parameter> parameters) {
        return parameters.stream()
                .map(Parameter::value)
                .map(value -> Tensor.zeros(value.dtype(), value.shape()))
                .toList();
    }

    private static void requireShare(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException("Adam: " + name + " must be from 0 to less than 1, it is " + value);
        }
    }

    private static void requireNotNegative(String name, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException("Adam: " + name + " must be at least 0 and finite, it is " + value);
        }
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
        requireNotNegative("the learning rate", lr);
        step++;
        for (int i = 0; i < parameters.size(); i++) {
            var parameter = parameters.get(i);
            Updates.adam(
                    parameter.value(),
                    parameter.grad(),
                    means.get(i),
                    squares.get(i),
                    lr,
                    beta1,
                    beta2,
                    epsilon,
                    weightDecay,
                    step);
        }
    }
}
