package handgrad.tensor;

/** The type of a tensor's elements. */
public enum DType {
    /** 32-bit floating point, stored in a {@code float[]}: the type of training. */
    FLOAT32,
    /** 64-bit floating point, stored in a {@code double[]}: the type of gradient checking. */
    FLOAT64,
    /** 32-bit integers, stored in an {@code int[]}: indices and class labels. */
    INT32
}
