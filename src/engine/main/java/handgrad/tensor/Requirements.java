package handgrad.tensor;

/** What the operations of this package require of their tensors; errors name the operation and the tensor. */
final class Requirements {
    private Requirements() {}

    static void require(String operation, String name, Tensor tensor, DType dtype) {
        if (tensor.dtype() != dtype) {
            throw new IllegalArgumentException(
                    operation + ": wants " + dtype + ", " + name + " " + tensor.shape() + " is " + tensor.dtype());
        }
    }

    static void requireElements(String operation, String name, Tensor tensor, int rows, int columns) {
        if (tensor.shape().elements() != rows * columns) {
            throw new IllegalArgumentException(
                    operation + ": wants " + rows + " x " + columns + " elements, " + name + " is " + tensor.shape());
        }
    }

    static void requireAlike(String operation, String name, Tensor model, Tensor tensor) {
        if (tensor.dtype() != model.dtype() || !tensor.shape().equals(model.shape())) {
            throw new IllegalArgumentException(operation + ": " + name + " is " + tensor.dtype() + " " + tensor.shape()
                    + ", wants " + model.dtype() + " " + model.shape());
        }
    }

    /** Refuses a result on the array of an argument that is still read while the result is written. */
    @SuppressWarnings("ReferenceEquality")
    static void requireApart(String operation, String name, Tensor result, String argument, Tensor tensor) {
        if (result.elements() == tensor.elements()) {
            throw new IllegalArgumentException(operation + ": " + name + " must not share the elements of " + argument);
        }
    }

    /** The number of rows of x seen as (rows, columns). */
    static int rows(String operation, String name, Tensor x, int columns) {
        if (x.shape().rank() == 0 || x.size(-1) != columns) {
            throw new IllegalArgumentException(
                    operation + ": wants " + columns + " in the last dimension, " + name + " is " + x.shape());
        }
        return x.shape().elements(0, x.shape().rank() - 1);
    }
}
