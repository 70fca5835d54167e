package handgrad.check.difference;

/**
 * How far a gradient may be from central differences with the step eps: |gradient - difference| ≤ atol + rtol ·
 * |difference|.
 *
 * <p>The defaults are those of PyTorch's gradcheck. Where a whole gradient is small, atol alone would let anything
 * pass, so it counts no more than rtol times the largest difference of the tensor, and no less than what rounding makes
 * of the differences.
 */
public record Tolerance(double eps, double atol, double rtol) {
    public static final Tolerance DEFAULT = new Tolerance(1e-6, 1e-5, 1e-3);

    public Tolerance {
        if (!(eps > 0 && atol >= 0 && rtol >= 0)) {
            throw new IllegalArgumentException(
                    "GradientCheck: eps must be positive, atol and rtol at least 0, they are " + eps + ", " + atol
                            + " and " + rtol);
        }
    }

    /**
     * The absolute part for one tensor.
     *
     * @param largest the largest |difference|
     * @param rounding the rounding error of a difference
     */
    public double absolute(double largest, double rounding) {
        return Math.max(Math.min(atol, rtol * largest), rounding);
    }
}
