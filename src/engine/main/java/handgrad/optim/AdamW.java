package handgrad.optim;

import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.nn.StateDict;
import java.util.List;

/**
 * {@link Adam} whose weight decay is apart from the gradient (Loshchilov and Hutter 2017,
 * https://arxiv.org/abs/1711.05101), as in PyTorch's {@code AdamW}. The decay is what the options say, 0 with
 * {@link AdamOptions#PYTORCH}; PyTorch's own default for it is 0.01.
 */
public final class AdamW implements Optimizer {
    private final AdamSteps steps;

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
        this(ParameterList.alike("AdamW", parameters), options);
    }

    /** As {@link #AdamW(List, AdamOptions)}, with groups that differ in learning rate or weight decay. */
    public AdamW(ParameterGroups groups, AdamOptions options) {
        this.steps = new AdamSteps(new ParameterList("AdamW", groups), options, true);
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
     * g = gradFactor · grad;  mean = β₁ mean + (1 - β₁) g;  square = β₂ square + (1 - β₂) g²
     * value = (1 - lr · weightDecay) value - lr / (1 - β₁ˢ) · mean / (√(square / (1 - β₂ˢ)) + epsilon)
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
