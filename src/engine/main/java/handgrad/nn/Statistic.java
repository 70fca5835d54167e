package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;

/**
 * A tensor that a layer keeps and that is saved with it, but that no optimiser changes, such as a running mean:
 * PyTorch's buffer.
 */
public final class Statistic implements StateTensor {
    private final String name;
    private final boolean neverNegative;
    private Tensor value;

    private Statistic(String name, Tensor value, boolean neverNegative) {
        this.name = name;
        this.value = value;
        this.neverNegative = neverNegative;
    }

    /**
     * A statistic that may have any value.
     *
     * @param name its name within its layer, such as {@code running_mean}
     * @param value (…), not copied
     */
    public Statistic(String name, Tensor value) {
        this(name, value, false);
    }

    /**
     * A statistic that is at least 0, such as a variance: a saved state with an element below 0 is refused.
     *
     * @param name its name within its layer, such as {@code running_var}
     * @param value (…), not copied
     */
    public static Statistic neverNegative(String name, Tensor value) {
        return new Statistic(name, value, true);
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

    /** Replaces the value by another tensor, which may have another shape; it is not copied. */
    public void set(Tensor tensor) {
        value = tensor;
    }

    /** Converts the value to another type; an INT32 value, such as a count, stays as it is. */
    @Override
    public void to(DType dtype) {
        if (value.dtype() != DType.INT32) {
            value = value.to(dtype);
        }
    }

    @Override
    public boolean isNeverNegative() {
        return neverNegative;
    }
}
