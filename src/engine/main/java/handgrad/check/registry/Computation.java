package handgrad.check.registry;

import handgrad.check.TensorFunction;
import handgrad.check.TensorGradient;
import org.jspecify.annotations.Nullable;

/**
 * An operation as a function of tensors.
 *
 * @param forward the operation
 * @param backward its gradient, written by hand; null where it has none
 * @param definition what the result must be
 */
public record Computation(TensorFunction forward, @Nullable TensorGradient backward, Definition definition) {
    /** The gradient of an operation that has one. */
    TensorGradient gradient() {
        if (backward == null) {
            throw new IllegalStateException("the operation has no gradient");
        }
        return backward;
    }
}
