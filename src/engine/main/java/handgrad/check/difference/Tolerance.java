package handgrad.check.difference;

/**
 * What a gradient is allowed beyond the error of the differences themselves: |gradient - difference| ≤ error + atol +
 * rtol · |difference|. The error is estimated from the function: from how far differences at several steps are apart,
 * and from the rounding of its outputs.
 *
 * @param eps the first step, relative to what is moved
 */
public record Tolerance(double eps, double atol, double rtol) {
    public static final Tolerance DEFAULT = new Tolerance(0x1p-17, 0, 1e-6);

    public Tolerance {
        if (!(eps > 0 && eps < 1 && atol >= 0 && rtol >= 0)) {
            throw new IllegalArgumentException(
                    "GradientCheck: eps must be between 0 and 1, atol and rtol at least 0, they are " + eps + ", "
                            + atol + " and " + rtol);
        }
    }
}
