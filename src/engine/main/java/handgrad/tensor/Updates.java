package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.rows;

import handgrad.kernel.AdamStep;
import handgrad.kernel.Reduction;
import handgrad.kernel.Rows;
import handgrad.kernel.Update;

/** In-place updates: the steps of optimisers and running averages. */
public final class Updates {
    /** The least epsilon of {@link #adam}. */
    public static final double LEAST_EPSILON = 1e-16;

    /** From this learning rate on, Adam divides by the rate, so that no product overflows. */
    private static final double LARGE_RATE = 0.5;

    private Updates() {}

    /**
     * target += factor · source: a step of gradient descent with factor -lr. The factor is rounded to the type, and the
     * product before the sum.
     *
     * @param target (…), added to
     * @param source (…)
     */
    public static void addScaled(Tensor target, double factor, Tensor source) {
        requireAlike("addScaled", "source", target, source);
        Conversion.requireHeld("addScaled", factor, target.dtype());
        Update.addScaled(
                target.elements(), factor, source.elements(), target.shape().elements());
        if (Tracing.isOn()) {
            Tracing.record(Op.ADD_SCALED, new double[] {factor}, target, target, source);
        }
    }

    /**
     * A step of Adam (Kingma and Ba 2014, https://arxiv.org/abs/1412.6980), with the weight decay taken from the value
     * itself as in AdamW, in one pass.
     *
     * <pre>
     * mean = β₁ mean + (1 - β₁) grad;  square = β₂ square + (1 - β₂) grad²
     * value = (1 - lr · weightDecay) value - lr / (1 - β₁ˢ) · mean / (√(square / (1 - β₂ˢ)) + epsilon),  at step s
     * </pre>
     *
     * In FLOAT32 the square becomes infinite for gradients that stay above 1.8e19, or one above 1.8e19 / √(1 - β₂),
     * which is 5.8e20 with PyTorch's β₂: no step from then on moves that element, so clip such gradients. Squares of
     * gradients below 1e-21 lose their digits or become 0, but epsilon is far more than their roots: a step is right to
     * a thousandth with the least epsilon, and to 3e-6 of itself with one from 1e-12 on. A gradient that is 0 from the
     * first step on changes nothing; the weight decay still does.
     *
     * @param value (…), updated
     * @param grad (…)
     * @param mean (…), updated; zeros before step 1
     * @param square (…), updated; zeros before step 1
     * @param epsilon at least {@link #LEAST_EPSILON}: an element whose squares are 0 is divided by it
     * @param step counted from 1
     */
    public static void adam(
            Tensor value,
            Tensor grad,
            Tensor mean,
            Tensor square,
            double lr,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            int step) {
        requireAlike("adam", "grad", value, grad);
        requireAlike("adam", "mean", value, mean);
        requireAlike("adam", "square", value, square);
        if (!(epsilon >= LEAST_EPSILON)) {
            throw new IllegalArgumentException(
                    "adam: epsilon must be at least " + LEAST_EPSILON + ", it is " + epsilon);
        }
        double keep = 1 - lr * weightDecay;
        double rate = lr / (1 - Math.pow(beta1, step));
        Conversion.requireHeld("adam", keep, value.dtype());
        Conversion.requireHeld("adam", rate, value.dtype());
        double divisor = lr < LARGE_RATE ? 1 : rate;
        double scale = 1 / Math.sqrt(1 - Math.pow(beta2, step));
        AdamStep.of(beta1, beta2, keep, rate / divisor, scale / divisor, epsilon / divisor)
                .run(
                        value.elements(),
                        grad.elements(),
                        mean.elements(),
                        square.elements(),
                        value.shape().elements());
    }

    /**
     * target = keep · target + factor · source: a running average.
     *
     * @param target (…), overwritten
     * @param source (…)
     */
    public static void blend(Tensor target, double keep, double factor, Tensor source) {
        requireAlike("blend", "source", target, source);
        Conversion.requireHeld("blend", keep, target.dtype());
        Conversion.requireHeld("blend", factor, target.dtype());
        Update.blend(
                target.elements(),
                keep,
                factor,
                source.elements(),
                target.shape().elements());
    }

    /**
     * out = √(factor · x), to 1.5 ulp (units in the last place), also where the product is beyond float32 or subnormal.
     *
     * @param x (…)
     * @param out (…), written
     */
    public static void scaledSquareRoot(Tensor x, double factor, Tensor out) {
        requireAlike("scaledSquareRoot", "out", x, out);
        Update.scaledSquareRoot(x.elements(), factor, out.elements(), x.shape().elements());
    }

    /**
     * rows[i] = row, for every i.
     *
     * @param row (columns)
     * @param rows (…, columns), written
     */
    public static void copyToRows(Tensor row, Tensor rows) {
        int columns = row.shape().elements();
        require("copyToRows", "rows", rows, row.dtype());
        Rows.fill(row.elements(), columns, rows.elements(), rows("copyToRows", "rows", rows, columns));
        if (Tracing.isOn()) {
            Tracing.record(Op.ADD_IN_PLACE, rows, Tensor.zeros(rows.dtype(), rows.shape()), row);
        }
    }

    /**
     * sum += Σ rows[i].
     *
     * @param rows (…, columns)
     * @param sum (columns), added to
     */
    public static void addRows(Tensor rows, Tensor sum) {
        int columns = sum.shape().elements();
        int count = rows("addRows", "rows", rows, columns);
        require("addRows", "sum", sum, rows.dtype());
        Reduction.addRows(rows.elements(), 0, count, columns, sum.elements(), 0);
    }
}
