package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * A step of a model: a forward pass and, written by hand, its backward pass.
 *
 * <p>A layer owns the tensors that it returns. They are made at the first batch, reused while batches keep their shape,
 * and overwritten by the next call, so a training step allocates nothing; copy what must last longer. What forward
 * keeps for backward includes its input, so that must not change in between. So a layer serves one thread at a time,
 * and one place in a model: two places want two layers. {@link Passes} notices a second thread, and a backward pass
 * that does not belong to the last forward pass.
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

    /**
     * What this layer is made of, always the same object: {@link Parts#NONE} where it has no parameters, no statistics
     * and no layers inside. All that follows below does so from it, and is not overridden.
     */
    Parts parts();

    /** The parameters, also of the layers inside, each once and always in the same order. */
    default List<Parameter> parameters() {
        return parts().parameters();
    }

    /** The {@link #parameters()}, each by its name in the {@link #stateDict()}, such as {@code 0.weight}. */
    default Map<String, Parameter> namedParameters() {
        return Parts.of(this).namedParameters();
    }

    /** The number of elements of all parameters. */
    default long parameterCount() {
        return parameters().stream()
                .mapToLong(parameter -> parameter.value().shape().elements())
                .sum();
    }

    /** Chooses between training, which is the default, and evaluation; for layers that differ between the two. */
    default void train(boolean training) {
        Parts.of(this).train(training);
    }

    /**
     * Chooses between whole sequences, which is the default, and streaming, where each input continues the one before
     * it; for layers that look back. A call with true begins a new stream, before which there is what is before a whole
     * sequence: zeros, or the start of a recurrent layer.
     */
    default void stream(boolean streaming) {
        Parts.of(this).stream(streaming);
    }

    /**
     * Converts parameters and statistics to another type: FLOAT64 for checking, FLOAT32 for training. They are new
     * tensors then, so an optimiser that keeps some of its own is made after it.
     */
    default void to(DType dtype) {
        Parts.of(this).to(dtype);
    }

    /**
     * Everything that a saved model needs, by name: parameters and statistics. It is live, as PyTorch's: its tensors
     * are the model's own and follow the training. {@code stateDict().copy()} stays as it is.
     */
    default StateDict stateDict() {
        return Parts.of(this).stateDict();
    }

    /**
     * Copies a saved state into this layer's tensors, converted to their type. NaN and infinities are taken as they
     * are.
     *
     * @throws IllegalArgumentException if a name is missing or unknown, a shape differs, a number does not fit into the
     *     type or cannot be (a variance below 0), or a tensor is this layer's own; all that is wrong is listed, and
     *     nothing is changed
     */
    default void loadStateDict(Map<String, Tensor> saved) {
        stateDict().load(saved);
    }
}
