package handgrad.optim;

import handgrad.nn.Parameter;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.List;

/** Stochastic gradient descent, PyTorch's {@code SGD}: plain, or with momentum and weight decay. */
public final class Sgd implements Optimizer {
    private final ParameterList parameters;
    private final SgdOptions options;

    // None without momentum.
    private final List<Tensor> velocities;
    private int step;

    /**
     * An optimiser of these parameters, in this order, without momentum or decay.
     *
     * @param parameters at least one, none twice
     */
    public Sgd(List<Parameter> parameters) {
        this(parameters, SgdOptions.PYTORCH);
    }

    /**
     * An optimiser of these parameters, in this order. With momentum they keep the types that they have now: a model is
     * converted before.
     *
     * @param parameters at least one, none twice
     */
    public Sgd(List<Parameter> parameters, SgdOptions options) {
        this.parameters = new ParameterList("Sgd", parameters);
        this.options = options;
        this.velocities = options.momentum() == 0 ? List.of() : this.parameters.zeros();
    }

    @Override
    public void zeroGrad() {
        parameters.zeroGrad();
    }

    /**
     * For every parameter, where without momentum the velocity is g:
     *
     * <pre>
     * g = grad + weightDecay · value;  velocity = momentum · velocity + (1 - dampening) g, and g at the first step
     * value -= lr · velocity;  with nesterov: value -= lr (g + momentum · velocity)
     * </pre>
     */
    @Override
    public void step(double lr) {
        parameters.requireRate(lr);
        if (!velocities.isEmpty()) {
            parameters.requireTypes(velocities);
        }
        step++;
        for (int i = 0; i < parameters.size(); i++) {
            update(parameters.get(i), i, lr);
        }
    }

    private void update(Parameter parameter, int index, double lr) {
        if (!velocities.isEmpty()) {
            Updates.momentum(
                    parameter.value(),
                    parameter.grad(),
                    velocities.get(index),
                    lr,
                    options.momentum(),
                    options.dampening(),
                    options.nesterov(),
                    options.weightDecay(),
                    step);
        } else if (options.weightDecay() == 0) {
            Updates.addScaled(parameter.value(), -lr, parameter.grad());
        } else {
            Updates.blend(parameter.value(), 1 - lr * options.weightDecay(), -lr, parameter.grad());
        }
    }
}
