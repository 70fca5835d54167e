package handgrad.optim;

import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.nn.StateDict;
import handgrad.nn.Statistic;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.List;

/** Stochastic gradient descent, PyTorch's {@code SGD}: plain, or with momentum and weight decay. */
public final class Sgd implements Optimizer {
    private final ParameterList parameters;
    private final SgdOptions options;

    // None without momentum.
    private final List<Statistic> velocities;

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
        this(ParameterList.alike("Sgd", parameters), options);
    }

    /** As {@link #Sgd(List, SgdOptions)}, with groups that differ in learning rate or weight decay. */
    public Sgd(ParameterGroups groups, SgdOptions options) {
        this.parameters = new ParameterList("Sgd", groups);
        this.options = options;
        this.velocities = options.momentum() == 0
                ? List.of()
                : this.parameters.keep(zeros -> new Statistic("momentum_buffer", zeros));
    }

    @Override
    public List<Parameter> parameters() {
        return parameters.all();
    }

    @Override
    public int steps() {
        return parameters.steps();
    }

    @Override
    public String settings() {
        return parameters.settings(options);
    }

    /**
     * For every parameter, where without momentum the velocity is g:
     *
     * <pre>
     * g = gradFactor · grad + weightDecay · value
     * velocity = momentum · velocity + (1 - dampening) g, and g at the first step
     * value -= lr · velocity;  with nesterov: value -= lr (g + momentum · velocity)
     * </pre>
     */
    @Override
    public void step(double lr, double gradFactor) {
        int step = parameters.beginStep(lr, gradFactor, velocities);
        for (int i = 0; i < parameters.size(); i++) {
            double rate = parameters.rate(i, lr);
            double weightDecay = parameters.decay(i, options.weightDecay());
            if (velocities.isEmpty()) {
                plainStep(parameters.get(i), rate, gradFactor, weightDecay);
            } else {
                momentumStep(
                        parameters.get(i),
                        rate,
                        gradFactor,
                        weightDecay,
                        velocities.get(i).value(),
                        step);
            }
        }
    }

    /** The number of steps, and with momentum momentum_buffer, the velocity, of each parameter. */
    @Override
    public StateDict stateDict(Layer model) {
        return parameters.stateDict(model, velocities.isEmpty() ? List.of() : List.of(velocities));
    }

    private static void plainStep(Parameter parameter, double lr, double gradFactor, double weightDecay) {
        if (weightDecay == 0) {
            Updates.addScaled(parameter.value(), -lr * gradFactor, parameter.grad());
        } else {
            Updates.blend(parameter.value(), 1 - lr * weightDecay, -lr * gradFactor, parameter.grad());
        }
    }

    private void momentumStep(
            Parameter parameter, double lr, double gradFactor, double weightDecay, Tensor velocity, int step) {
        Updates.momentum(
                parameter.value(),
                parameter.grad(),
                gradFactor,
                velocity,
                lr,
                options.momentum(),
                options.dampening(),
                options.nesterov(),
                weightDecay,
                step);
    }
}
