package handgrad.check;

import handgrad.tensor.Tensor;

/** A function of tensors that has one tensor as its result. */
@FunctionalInterface
public interface TensorFunction {
    /** The output for these inputs, which it does not change; INT32 inputs, such as indices, have no gradient. */
    Tensor apply(Tensor... inputs);
}
