package handgrad.tensor;

/**
 * What a type makes of a number: FLOAT32 rounds it to the nearest float, so that numbers below 1.4e-45 may become 0,
 * and INT32 cuts it to its whole part, as PyTorch does. A number that would not stay near itself is refused: a finite
 * one beyond the largest float, and for INT32 NaN and what is outside of -2³¹ to 2³¹ - 1. FLOAT32 holds NaN and the
 * infinities.
 */
public final class Conversion {
    private Conversion() {}

    /** Whether a type holds a number, rounded or cut. */
    public static boolean holds(DType type, double number) {
        return switch (type) {
            case FLOAT32 -> !Float.isInfinite((float) number) || Double.isInfinite(number);
            case FLOAT64 -> true;
            case INT32 -> number > Integer.MIN_VALUE - 1.0 && number < Integer.MAX_VALUE + 1.0;
        };
    }

    /**
     * Refuses a tensor of which a type does not hold every element.
     *
     * @param what begins the message: the operation, and the tensor's name where it has one
     * @throws IllegalArgumentException if so; it names the first such element
     */
    public static void requireHeld(String what, Tensor tensor, DType type) {
        if (type == DType.FLOAT64 || type == tensor.dtype()) {
            return;
        }
        for (int i = 0; i < tensor.shape().elements(); i++) {
            double number = tensor.getFlat(i);
            if (!holds(type, number)) {
                throw new IllegalArgumentException(what + ": element " + i + " of " + tensor.dtype() + " "
                        + tensor.shape() + " is " + number + ", which " + type + " cannot hold");
            }
        }
    }

    /** Refuses a number that a type does not hold. */
    static void requireHeld(String operation, double number, DType type) {
        if (!holds(type, number)) {
            throw new IllegalArgumentException(
                    operation + ": " + number + " is a number that " + type + " cannot hold");
        }
    }
}
