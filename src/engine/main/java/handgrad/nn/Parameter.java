package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A tensor that training changes, with its gradient, which every backward pass adds to. */
public final class Parameter implements StateTensor {
    private static final ScopedValue<Consumer<Parameter>> READER = ScopedValue.newInstance();

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
        if (READER.isBound()) {
            READER.get().accept(this);
        }
        return value;
    }

    /** Runs a pass and tells of each parameter whose value it reads, which shows whether a layer has told of all. */
    public static <T> T reading(Consumer<Parameter> reader, Supplier<T> pass) {
        return ScopedValue.where(READER, reader).call(pass::get);
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

    /** Lets backward passes add to another tensor, of the same shape and type. */
    void setGrad(Tensor tensor) {
        grad = tensor;
    }

    /** Makes the value of another parameter, of the same shape and type, its own; the gradients stay apart. */
    void shareValue(Parameter other) {
        value = other.value;
    }
}
