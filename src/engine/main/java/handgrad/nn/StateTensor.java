package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;

/** A tensor that is saved with a model. */
sealed interface StateTensor permits Parameter, Statistic {
    /** Its name within its layer. */
    String name();

    /** The tensor itself, not a copy. */
    Tensor value();

    /** Converts it to another type. */
    void to(DType dtype);

    /** Whether its value may have this shape. */
    default boolean takes(Shape shape) {
        return value().shape().equals(shape);
    }

    /** Whether an element below 0 makes no sense in it. */
    default boolean isNeverNegative() {
        return false;
    }
}
