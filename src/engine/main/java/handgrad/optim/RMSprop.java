package handgrad.optim;

import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.nn.StateDict;
import handgrad.nn.Statistic;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * RMSprop (Hinton 2012, lecture 6e of "Neural Networks for Machine Learning"; centred: Graves 2013,
 * https://arxiv.org/abs/1308.0850), PyTorch's {@code RMSprop}: gradients divided by the root of the running average of
 * their squares.
 */
public final class RMSprop implements Optimizer {
    private final ParameterList parameters;
    private final RMSpropOptions options;
    private final List<Statistic> squares;

    // None where the options want none.
    private final List<Statistic> means;
    private final List<Statistic> velocities;

    /** An optimiser of these parameters with {@link RMSpropOptions#PYTORCH}. */
    public RMSprop(List<Parameter> parameters) {
        this(parameters, RMSpropOptions.PYTORCH);
    }

    /**
     * An optimiser of these parameters, in this order, of the types that they have now: a model is converted before.
     *
     * @param parameters at least one, none twice
     */
    public RMSprop(List<Parameter> parameters, RMSpropOptions options) {
        this(ParameterList.alike("RMSprop", parameters), options);
    }

    /** As {@link #RMSprop(List, RMSpropOptions)}, with groups that differ in learning rate or weight decay. */
    public RMSprop(ParameterGroups groups, RMSpropOptions options) {
        this.parameters = new ParameterList("RMSprop", groups);
        this.options = options;
        this.squares = parameters.keep(zeros -> Statistic.neverNegative("square_avg", zeros));
        this.means = options.centered() ? parameters.keep(zeros -> new Statistic("grad_avg", zeros)) : List.of();
        this.velocities =
                options.momentum() == 0 ? List.of() : parameters.keep(zeros -> new Statistic("momentum_buffer", zeros));
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
     * For every parameter:
     *
     * <pre>
     * g = gradFactor · grad + weightDecay · value;  square = α square + (1 - α) g²
     * value = value - lr · g / (√square + epsilon)
     * centered:  mean = α mean + (1 - α) g, and √(square - mean²) in place of √square
     * with momentum:  velocity = momentum · velocity + g / (√square + epsilon);  value = value - lr · velocity
     * </pre>
     */
    @Override
    public void step(double lr, double gradFactor) {
        parameters.beginStep(lr, gradFactor, squares);
        for (int i = 0; i < parameters.size(); i++) {
            Updates.rmsProp(
                    parameters.get(i).value(),
                    parameters.get(i).grad(),
                    gradFactor,
                    squares.get(i).value(),
                    valueOrNull(means, i),
                    valueOrNull(velocities, i),
                    parameters.rate(i, lr),
                    options.alpha(),
                    options.epsilon(),
                    options.momentum(),
                    parameters.decay(i, options.weightDecay()));
        }
    }

    private static @Nullable Tensor valueOrNull(List<Statistic> kept, int index) {
        return kept.isEmpty() ? null : kept.get(index).value();
    }

    /**
     * The number of steps and, of each parameter, square_avg, the square; grad_avg, the mean, where centred; and with
     * momentum momentum_buffer, the velocity.
     */
    @Override
    public StateDict stateDict(Layer model) {
        return parameters.stateDict(
                model,
                Stream.of(squares, means, velocities)
                        .filter(kept -> !kept.isEmpty())
                        .toList());
    }
}
