package handgrad.optim;

import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.nn.StateDict;
import handgrad.nn.Statistic;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/**
 * The parameters of an optimiser or an average, at least one, none null, none twice, with the factors of their groups,
 * the number of steps, and the names of what is kept for them.
 */
final class ParameterList {
    private final String owner;
    private final List<Parameter> parameters;
    private final double[] rateFactors;
    private final double[] decayFactors;
    private final Statistic steps = Statistic.neverNegative("step", Tensor.zeros(DType.INT32, Shape.of()));

    /** The parameters of all groups; the owner's name is for errors. */
    ParameterList(String owner, ParameterGroups groups) {
        this.owner = owner;
        this.parameters = checked(
                owner,
                groups.groups().stream()
                        .flatMap(group -> group.parameters().stream())
                        .toList());
        this.rateFactors = groups.groups().stream()
                .flatMapToDouble(group -> group.parameters().stream().mapToDouble(_ -> group.rateFactor()))
                .toArray();
        this.decayFactors = groups.groups().stream()
                .flatMapToDouble(group -> group.parameters().stream().mapToDouble(_ -> group.decayFactor()))
                .toArray();
    }

    /** A copy of a list, at least one parameter, none null, none twice; the owner's name is for errors. */
    static List<Parameter> checked(String owner, List<Parameter> parameters) {
        Objects.requireNonNull(parameters, () -> owner + ": the list of parameters is null");
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException(
                    owner + ": there are no parameters to train; a layer of one's own" + " lists those in its parts()");
        }
        var copy = new ArrayList<Parameter>();
        for (var parameter : parameters) {
            requireNew(owner, copy, parameter);
            copy.add(parameter);
        }
        return List.copyOf(copy);
    }

    private static void requireNew(String owner, List<Parameter> others, Parameter parameter) {
        Objects.requireNonNull(parameter, () -> owner + ": parameter " + others.size() + " is null");
        for (int i = 0; i < others.size(); i++) {
            var other = others.get(i);
            if (other.equals(parameter) || other.value().sharesElements(parameter.value())) {
                throw new IllegalArgumentException(owner + ": parameters " + i + " and " + others.size() + ", "
                        + parameter.name() + " " + parameter.value().shape()
                        + ", are one tensor, which would be stepped twice; give it once");
            }
        }
    }

    /** All of them alike. */
    static ParameterGroups alike(String owner, List<Parameter> parameters) {
        return ParameterGroups.of(ParameterGroup.of(checked(owner, parameters)));
    }

    List<Parameter> all() {
        return parameters;
    }

    int size() {
        return parameters.size();
    }

    Parameter get(int index) {
        return parameters.get(index);
    }

    /** The learning rate of a parameter where that of the step is lr. */
    double rate(int index, double lr) {
        return rateFactors[index] * lr;
    }

    /** The weight decay of a parameter where that of the options is given. */
    double decay(int index, double weightDecay) {
        return decayFactors[index] * weightDecay;
    }

    /** The owner, its options, and the factors of the groups where one is not 1. */
    String settings(Record options) {
        boolean alike = DoubleStream.concat(Arrays.stream(rateFactors), Arrays.stream(decayFactors))
                .allMatch(factor -> factor == 1);
        return owner + " " + options
                + (alike
                        ? ""
                        : ", rate factors " + Arrays.toString(rateFactors) + ", decay factors "
                                + Arrays.toString(decayFactors));
    }

    /** What is kept for each parameter: a tensor of zeros, of its shape and type, as a statistic with a name. */
    List<Statistic> keep(Function<Tensor, Statistic> named) {
        return parameters.stream()
                .map(Parameter::value)
                .map(value -> named.apply(Tensor.zeros(value.dtype(), value.shape())))
                .toList();
    }

    /** Begins a step, unless its numbers make no sense or what is kept has another type, and counts it from 1. */
    int beginStep(double lr, double gradFactor, List<Statistic> kept) {
        requireNotNegative("the learning rate", lr);
        requireNotNegative("the factor of the gradients", gradFactor);
        return beginStep(kept);
    }

    /** Begins a step, unless what is kept has another type than its parameter, and counts it from 1. */
    int beginStep(List<Statistic> kept) {
        requireTypes(kept);
        return ++steps.value().ints()[0];
    }

    /** How many steps have begun. */
    int steps() {
        return steps.value().ints()[0];
    }

    /** A conversion of the model gives its parameters new tensors, and what is kept for them has the old type. */
    void requireTypes(List<Statistic> kept) {
        for (int i = 0; i < kept.size(); i++) {
            var value = parameters.get(i).value();
            var old = kept.get(i).value();
            if (value.dtype() != old.dtype()) {
                throw new IllegalStateException(owner + ": "
                        + parameters.get(i).name() + " " + value.shape() + " is " + value.dtype() + " now, and was "
                        + old.dtype() + " when this " + owner + " was made: call model.to(" + value.dtype()
                        + ") first, then make it");
            }
        }
    }

    /** The number of steps, and what is kept for each parameter by the name that a model gives it. */
    StateDict stateDict(Layer model, List<List<Statistic>> kept) {
        var names = new IdentityHashMap<Parameter, String>();
        model.namedParameters().forEach((name, parameter) -> names.put(parameter, name));
        var state = new LinkedHashMap<String, Statistic>();
        state.put(steps.name(), steps);
        for (int i = 0; i < parameters.size(); i++) {
            var name = names.get(parameters.get(i));
            if (name == null) {
                throw new IllegalArgumentException(owner + ": parameter " + i + ", "
                        + parameters.get(i).name() + " "
                        + parameters.get(i).value().shape() + ", is not in this "
                        + model.getClass().getSimpleName() + "; give the model that it was made for");
            }
            for (var each : kept) {
                state.put(name + "." + each.get(i).name(), each.get(i));
            }
        }
        return StateDict.of(owner, state);
    }

    private void requireNotNegative(String name, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(owner + ": " + name + " must be at least 0 and finite, it is " + value);
        }
    }
}
