package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;

/**
 * A tensor that a layer keeps and that is saved with it, but that no optimiser changes, such as a running mean:
 * PyTorch's buffer.
 */
public final class Statistic implements StateTensor {
    private final String name;
    private final boolean neverNegative;
    private final boolean growing;
    private Tensor value;

    private Statistic(String name, Tensor value, boolean neverNegative, boolean growing) {
        this.name = name;
        this.value = value;
        this.neverNegative = neverNegative;
        this.growing = growing;
    }

    /**
     * A statistic that may have any value.
     *
     * @param name its name within its layer, such as {@code running_mean}
     * @param value (…), not copied
     */
    public Statistic(String name, Tensor value) {
        this(name, value, false, false);
    }

    /**
     * A statistic that is at least 0, such as a variance: a saved state with an element below 0 is refused.
     *
     * @param name its name within its layer, such as {@code running_var}
     * @param value (…), not copied
     */
    public static Statistic neverNegative(String name, Tensor value) {
        return new Statistic(name, value, true, false);
    }

    /** This one, or where it grows one that is (features) or (positions, features), of any number of positions. */
    Statistic growing(boolean growing) {
        return new Statistic(name, value, neverNegative, growing);
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
    public boolean takes(Shape shape) {
        return value.shape().equals(shape) || (growing && isOfPositions(shape, value.size(-1)));
    }

    private static boolean isOfPositions(Shape shape, int features) {
        return shape.equals(Shape.of(features))
                || (shape.rank() == 2 && shape.size(0) > 0 && shape.size(1) == features);
    }

    @Override
    public boolean isNeverNegative() {
        return neverNegative;
    }
}
