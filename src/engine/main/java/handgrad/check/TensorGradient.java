package handgrad.check;

import handgrad.tensor.Tensor;

/** The hand-written gradient of a {@link TensorFunction}. */
@FunctionalInterface
public interface TensorGradient {
    /**
     * The gradients of the inputs, in their order.
     *
     * @param dOut the gradient of the output, of its shape
     * @return one tensor for each input, of its shape; that of an INT32 input is not read
     */
    Tensor[] apply(Tensor dOut, Tensor... inputs);
}
