package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;

/** A tensor that training changes, with its gradient, which every backward pass adds to. */
public final class Parameter implements StateTensor {
    private final String name;
    private Tensor value;
    private Tensor grad;

    /**
     * A parameter with a gradient of zeros.
     *
     * @param name its name within its layer, such as {@code weight}
     * @param value FLOAT32 or FLOAT64, not copied
     */
    public Parameter(String name, Tensor value) {
        if (value.dtype() == DType.INT32) {
            throw new IllegalArgumentException(
                    "Parameter: " + name + " must be FLOAT32 or FLOAT64, it is INT32 " + value.shape());
        }
        this.name = name;
        this.value = value;
        this.grad = Tensor.zeros(value.dtype(), value.shape());
    }

    /** The name within the layer. */
    @Override
    public String name() {
        return name;
    }

    /** The value, not a copy. */
    @Override
    public Tensor value() {
        return value;
    }

    /** The gradient of the loss, not a copy; of the shape and type of the value. */
    public Tensor grad() {
        return grad;
    }

    /** Sets the gradient to zero. */
    public void zeroGrad() {
        grad.fill(0);
    }

    /** Converts value and gradient to another type. */
    @Override
    public void to(DType dtype) {
        value = value.to(dtype);
        grad = grad.to(dtype);
    }

    /** Makes the value of another parameter, of the same shape and type, its own; the gradients stay apart. */
    void shareValue(Parameter other) {
        value = other.value;
    }
}
