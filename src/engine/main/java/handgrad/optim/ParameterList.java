package handgrad.optim;

import handgrad.nn.Parameter;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The parameters of an optimiser: at least one, none null, none twice. */
final class ParameterList {
    private final String optimizer;
    private final List<Parameter> parameters;

    /** Checks and copies the list; the optimiser's name is for errors. */
    ParameterList(String optimizer, List<Parameter> parameters) {
        this.optimizer = optimizer;
        Objects.requireNonNull(parameters, () -> optimizer + ": the list of parameters is null");
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException(optimizer + ": there are no parameters to train; a layer of one's own"
                    + " lists those in its parts()");
        }
        this.parameters = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            add(i, parameters.get(i));
        }
    }

    private void add(int index, Parameter parameter) {
        Objects.requireNonNull(parameter, () -> optimizer + ": parameter " + index + " is null");
        for (int i = 0; i < index; i++) {
            var other = parameters.get(i);
            if (other.equals(parameter) || other.value().sharesElements(parameter.value())) {
                throw new IllegalArgumentException(optimizer + ": parameters " + i + " and " + index + ", "
                        + parameter.name() + " " + parameter.value().shape()
                        + ", are one tensor, which would be stepped twice; give it once");
            }
        }
        parameters.add(parameter);
    }

    int size() {
        return parameters.size();
    }

    Parameter get(int index) {
        return parameters.get(index);
    }

    /** A tensor of zeros for each, of its shape and type. */
    List<Tensor> zeros() {
        return parameters.stream()
                .map(Parameter::value)
                .map(value -> Tensor.zeros(value.dtype(), value.shape()))
                .toList();
    }

    /** A conversion of the model gives its parameters new tensors, and what an optimiser keeps has the old type. */
    void requireTypes(List<Tensor> kept) {
        for (int i = 0; i < parameters.size(); i++) {
            var value = parameters.get(i).value();
            if (value.dtype() != kept.get(i).dtype()) {
                throw new IllegalStateException(
                        optimizer + ": " + parameters.get(i).name() + " " + value.shape()
                                + " is " + value.dtype() + " now, and was "
                                + kept.get(i).dtype()
                                + " when this optimiser was made: call model.to(" + value.dtype()
                                + ") first, then make the optimiser");
            }
        }
    }

    void zeroGrad() {
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).zeroGrad();
        }
    }

    void requireRate(double lr) {
        if (!(lr >= 0) || Double.isInfinite(lr)) {
            throw new IllegalArgumentException(
                    optimizer + ": the learning rate must be at least 0 and finite, it is " + lr);
        }
    }
}
