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

    static void requireFloating(String operation, Tensor tensor) {
        if (tensor.dtype() == DType.INT32) {
            throw new IllegalArgumentException(operation + ": wants FLOAT32 or FLOAT64, the tensor " + tensor.shape()
                    + " is INT32; convert it with to");
        }
    }

    static void requireSameType(String operation, Tensor a, Tensor b) {
        requireFloating(operation, a);
        if (a.dtype() != b.dtype()) {
            throw new IllegalArgumentException(operation + ": types differ, a " + a.dtype() + " " + a.shape() + ", b "
                    + b.dtype() + " " + b.shape() + "; convert one, as with to(DType.FLOAT64)");
        }
    }

    /** Checks that indices are INT32 and each from 0 to size - 1. */
    static void requireIndices(String operation, Tensor indices, int size) {
        requireIndexType(operation, indices);
        for (int index : indices.ints()) {
            requireIndex(operation, index, size);
        }
    }

    static void requireIndexType(String operation, Tensor indices) {
        if (indices.dtype() != DType.INT32) {
            throw new IllegalArgumentException(
                    operation + ": indices must be INT32, they are " + indices.dtype() + " " + indices.shape());
        }
    }

    static void requireIndex(String operation, int index, int size) {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException(operation + ": index " + index + " is outside of 0 to " + (size - 1));
        }
    }

    static void requireElements(String operation, String name, Tensor tensor, int rows, long columns) {
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
    static void requireApart(String operation, String name, Tensor result, String argument, Tensor tensor) {
        if (result.sharesElements(tensor)) {
            throw new IllegalArgumentException(operation + ": " + name + " must not share the elements of " + argument);
        }
    }

    /** The number of rows of x seen as (rows, columns). */
    static int rows(String operation, String name, Tensor x, long columns) {
        if (x.shape().rank() == 0 || x.size(-1) != columns) {
            throw new IllegalArgumentException(
                    operation + ": wants " + columns + " in the last dimension, " + name + " is " + x.shape());
        }
        return x.shape().elements(0, x.shape().rank() - 1);
    }

    /** Checks images of given sizes. */
    static void requireSizes(
            String operation, String name, Tensor tensor, int batch, int channels, int height, int width) {
        if (tensor.shape().rank() != 4
                || tensor.size(0) != batch
                || tensor.size(1) != channels
                || tensor.size(2) != height
                || tensor.size(3) != width) {
            throw new IllegalArgumentException(operation + ": " + name + " must be (" + batch + ", " + channels + ", "
                    + height + ", " + width + "), it is " + tensor.shape());
        }
    }
}
