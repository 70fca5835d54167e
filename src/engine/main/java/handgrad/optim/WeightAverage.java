package handgrad.optim;

import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.nn.StateDict;
import handgrad.nn.Statistic;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.List;
import java.util.Map;

/**
 * An exponential moving average of a model's parameters, which is often better than the last of them: PyTorch's
 * {@code AveragedModel} with {@code avg_fn = decay · average + (1 - decay) · parameter}.
 *
 * <pre>{@code
 * var average = new WeightAverage(model, 0.999);
 * …
 *     adam.step(rate.at(step));
 *     average.update();
 * …
 * try (var _ = average.swapIn()) {
 *     evaluate(model);
 * }
 * }</pre>
 *
 * <p>Statistics, such as those of a batch normalisation, are not averaged: an evaluation uses the model's own.
 */
public final class WeightAverage {
    private final Layer model;
    private final double decay;
    private final ParameterList parameters;
    private final List<Statistic> averages;
    private boolean swappedIn;

    /**
     * An average of the parameters of a model, of the types that they have now, which begins with the first
     * {@link #update}.
     *
     * @param decay what an update keeps of the average, from 0 to less than 1
     */
    public WeightAverage(Layer model, double decay) {
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException(
                    "WeightAverage: the decay must be from 0 to less than 1, it is " + decay);
        }
        this.model = model;
        this.decay = decay;
        this.parameters = new ParameterList("WeightAverage", ParameterList.alike("WeightAverage", model.parameters()));
        this.averages = parameters.keep(zeros -> new Statistic("average", zeros));
    }

    /** average = decay · average + (1 - decay) · parameter, after each step; the first is the parameter itself. */
    public void update() {
        if (swappedIn) {
            throw new IllegalStateException(
                    "WeightAverage: the averages are in the model; close what swapIn returned before the next update");
        }
        double weight = parameters.beginStep(averages) == 1 ? 1 : 1 - decay;
        for (int i = 0; i < parameters.size(); i++) {
            Updates.lerp(averages.get(i).value(), weight, parameters.get(i).value());
        }
    }

    /**
     * Puts the averages into the model, for an evaluation or to be saved, until what is returned is closed, which puts
     * the parameters back.
     *
     * @throws IllegalStateException before the first update, or if they are in the model
     */
    public SwappedIn swapIn() {
        if (parameters.steps() == 0) {
            throw new IllegalStateException("WeightAverage: there is no average before the first update");
        }
        if (swappedIn) {
            throw new IllegalStateException(
                    "WeightAverage: the averages are in the model already; close what swapIn returned");
        }
        parameters.requireTypes(averages);
        return new SwappedIn();
    }

    /** What an update keeps of the average. */
    public double decay() {
        return decay;
    }

    /** Whether the averages are in the model now. */
    public boolean isSwappedIn() {
        return swappedIn;
    }

    /** The number of updates, and each average under the name of its parameter: {@code 0.weight.average}; live. */
    public StateDict stateDict() {
        return parameters.stateDict(model, List.of(averages));
    }

    /**
     * Copies a saved state into this average, which then goes on with the bits of the one that was saved.
     *
     * @throws IllegalArgumentException as {@link StateDict#load}; nothing is changed
     */
    public void loadStateDict(Map<String, Tensor> saved) {
        stateDict().load(saved);
    }

    /** The time in which the averages are in the model. */
    public final class SwappedIn implements AutoCloseable {
        private final List<Tensor> values = parameters.all().stream()
                .map(Parameter::value)
                .map(Tensor::copy)
                .toList();

        private boolean closed;

        private SwappedIn() {
            for (int i = 0; i < parameters.size(); i++) {
                parameters.get(i).value().copyFrom(averages.get(i).value());
            }
            swappedIn = true;
        }

        /** Puts the parameters back; a second time does nothing. */
        @Override
        public void close() {
            if (!closed) {
                for (int i = 0; i < parameters.size(); i++) {
                    parameters.get(i).value().copyFrom(values.get(i));
                }
                closed = true;
                swappedIn = false;
            }
        }
    }
}
