package handgrad.optim;

import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.nn.StateDict;
import java.util.List;

/**
 * Adam (Kingma and Ba 2014, https://arxiv.org/abs/1412.6980): steps of about the learning rate in every element, by
 * running averages of its gradient and of its square. Weight decay, where given, is added to the gradient (L2), as in
 * PyTorch's {@code Adam}; {@link AdamW} decays the weights themselves.
 */
public final class Adam implements Optimizer {
    private final AdamSteps steps;

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
        this(ParameterList.alike("Adam", parameters), options);
    }

    /** As {@link #Adam(List, AdamOptions)}, with groups that differ in learning rate or weight decay. */
    public Adam(ParameterGroups groups, AdamOptions options) {
        this.steps = new AdamSteps(new ParameterList("Adam", groups), options, false);
    }

    @Override
    public List<Parameter> parameters() {
        return steps.parameters().all();
    }

    @Override
    public int steps() {
        return steps.parameters().steps();
    }

    @Override
    public String settings() {
        return steps.settings();
    }

    /**
     * For every parameter, at step s counted from 1:
     *
     * <pre>
     * g = gradFactor · grad + weightDecay · value;  mean = β₁ mean + (1 - β₁) g;  square = β₂ square + (1 - β₂) g²
     * value = value - lr / (1 - β₁ˢ) · mean / (√(square / (1 - β₂ˢ)) + epsilon)
     * </pre>
     */
    @Override
    public void step(double lr, double gradFactor) {
        steps.step(lr, gradFactor);
    }

    /** The number of steps, and exp_avg, the mean, and exp_avg_sq, the square, of each parameter. */
    @Override
    public StateDict stateDict(Layer model) {
        return steps.stateDict(model);
    }
}
