package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A step of a model: a forward pass and, written by hand, its backward pass.
 *
 * <p>A layer owns the tensors that it returns. They are made at the first batch, reused while batches keep their shape,
 * and overwritten by the next call, so a training step allocates nothing; copy what must last longer. What forward
 * keeps for backward includes its input, so that must not change in between. So a layer serves one thread, and one
 * place in a model: two places want two layers.
 */
public interface Layer {
    /** The output for an input x. */
    Tensor forward(Tensor x);

    /**
     * The gradient of the loss with respect to the input of the last {@link #forward}, given the one with respect to
     * its output. Adds the gradients of the parameters to {@link Parameter#grad()}.
     *
     * @param dOut of the shape of the last output
     * @return of the shape of the last input; empty where the input has no gradient, as indices have none
     */
    Tensor backward(Tensor dOut);

    /** The parameters, always in the same order. */
    default List<Parameter> parameters() {
        return List.of();
    }

    /** The number of elements of all parameters. */
    default int parameterCount() {
        return parameters().stream()
                .mapToInt(parameter -> parameter.value().shape().elements())
                .sum();
    }

    /** Chooses between training, which is the default, and evaluation; for layers that differ between the two. */
    default void train(boolean training) {}

    /**
     * Chooses between whole sequences, which is the default, and streaming, where each input continues the one before
     * it; for layers that look back. A call with true begins a new stream, before which there were zeros.
     */
    default void stream(boolean streaming) {}

    /** Converts parameters and other state to another type: FLOAT64 for checking, FLOAT32 for training. */
    default void to(DType dtype) {
        parameters().forEach(parameter -> parameter.to(dtype));
    }

    /** Everything that a saved model needs, by name: parameters and running statistics, not copied. */
    default Map<String, Tensor> stateDict() {
        var state = new LinkedHashMap<String, Tensor>();
        parameters().forEach(parameter -> state.put(parameter.name(), parameter.value()));
        return state;
    }

    /**
     * Copies a saved state into this layer's tensors.
     *
     * @throws IllegalArgumentException if a name is missing or unknown, or a shape differs; nothing is changed then
     */
    default void loadStateDict(Map<String, Tensor> saved) {
        var own = stateDict();
        for (var name : saved.keySet()) {
            if (!own.containsKey(name)) {
                throw new IllegalArgumentException("loadStateDict: the model has no " + name);
            }
        }
        var copies = new ArrayList<Runnable>();
        own.forEach((name, tensor) -> {
            var source = saved.get(name);
            if (source == null) {
                throw new IllegalArgumentException("loadStateDict: " + name + " " + tensor.shape() + " is missing");
            }
            if (!source.shape().equals(tensor.shape())) {
                throw new IllegalArgumentException("loadStateDict: " + name + " has shape " + source.shape()
                        + ", the model wants " + tensor.shape());
            }
            copies.add(() -> tensor.copyFrom(source));
        });
        copies.forEach(Runnable::run);
    }
}
