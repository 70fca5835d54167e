package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireFloating;
import static handgrad.tensor.Requirements.rows;

import handgrad.kernel.AdamStep;
import handgrad.kernel.MomentumStep;
import handgrad.kernel.Reduction;
import handgrad.kernel.RmsPropStep;
import handgrad.kernel.Rows;
import handgrad.kernel.Update;
import org.jspecify.annotations.Nullable;

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
     * A step of Adam (Kingma and Ba 2014, https://arxiv.org/abs/1412.6980) in one pass. The weight decay is part of the
     * gradient, as in PyTorch's {@code Adam}.
     *
     * <pre>
     * g = gradFactor · grad + weightDecay · value;  mean = β₁ mean + (1 - β₁) g;  square = β₂ square + (1 - β₂) g²
     * value = value - lr / (1 - β₁ˢ) · mean / (√(square / (1 - β₂ˢ)) + epsilon),  at step s
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
     * @param gradFactor what the gradient is multiplied by as it is read: 1, or less to clip it
     * @param mean (…), updated; zeros before step 1
     * @param square (…), updated; zeros before step 1
     * @param epsilon at least {@link #LEAST_EPSILON}: an element whose squares are 0 is divided by it
     * @param step counted from 1
     */
    public static void adam(
            Tensor value,
            Tensor grad,
            double gradFactor,
            Tensor mean,
            Tensor square,
            double lr,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            int step) {
        Conversion.requireHeld("adam", weightDecay, value.dtype());
        adam("adam", value, grad, gradFactor, mean, square, lr, beta1, beta2, epsilon, weightDecay, 1, step);
    }

    /**
     * A step as {@link #adam}, but the weight decay is taken from the value itself (Loshchilov and Hutter 2017,
     * https://arxiv.org/abs/1711.05101), as in PyTorch's {@code AdamW}.
     *
     * <pre>
     * g = gradFactor · grad;  mean = β₁ mean + (1 - β₁) g;  square = β₂ square + (1 - β₂) g²
     * value = (1 - lr · weightDecay) value - lr / (1 - β₁ˢ) · mean / (√(square / (1 - β₂ˢ)) + epsilon),  at step s
     * </pre>
     *
     * @param value (…), updated
     * @param grad (…)
     * @param gradFactor what the gradient is multiplied by as it is read: 1, or less to clip it
     * @param mean (…), updated; zeros before step 1
     * @param square (…), updated; zeros before step 1
     * @param epsilon at least {@link #LEAST_EPSILON}
     * @param step counted from 1
     */
    public static void adamW(
            Tensor value,
            Tensor grad,
            double gradFactor,
            Tensor mean,
            Tensor square,
            double lr,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            int step) {
        double keep = 1 - lr * weightDecay;
        Conversion.requireHeld("adamW", keep, value.dtype());
        adam("adamW", value, grad, gradFactor, mean, square, lr, beta1, beta2, epsilon, 0, keep, step);
    }

    private static void adam(
            String operation,
            Tensor value,
            Tensor grad,
            double gradFactor,
            Tensor mean,
            Tensor square,
            double lr,
            double beta1,
            double beta2,
            double epsilon,
            double decay,
            double keep,
            int step) {
        requireAlike(operation, "grad", value, grad);
        requireAlike(operation, "mean", value, mean);
        requireAlike(operation, "square", value, square);
        requireEpsilon(operation, epsilon);
        Conversion.requireHeld(operation, gradFactor, value.dtype());
        double rate = lr / (1 - StrictMath.pow(beta1, step));
        Conversion.requireHeld(operation, rate, value.dtype());
        double divisor = lr < LARGE_RATE ? 1 : rate;
        double scale = 1 / Math.sqrt(1 - StrictMath.pow(beta2, step));
        AdamStep.of(gradFactor, beta1, beta2, decay, keep, rate / divisor, scale / divisor, epsilon / divisor)
                .run(
                        value.elements(),
                        grad.elements(),
                        mean.elements(),
                        square.elements(),
                        value.shape().elements());
    }

    /**
     * A step of gradient descent with momentum, as PyTorch's {@code SGD}, in one pass.
     *
     * <pre>
     * g = gradFactor · grad + weightDecay · value
     * velocity = momentum · velocity + (1 - dampening) g, and g at step 1
     * value = value - lr · velocity;  with nesterov: value - lr (g + momentum · velocity)
     * </pre>
     *
     * @param value (…), updated
     * @param grad (…)
     * @param gradFactor as in {@link #adam}
     * @param velocity (…), updated; zeros before step 1
     * @param step counted from 1
     */
    public static void momentum(
            Tensor value,
            Tensor grad,
            double gradFactor,
            Tensor velocity,
            double lr,
            double momentum,
            double dampening,
            boolean nesterov,
            double weightDecay,
            int step) {
        requireAlike("momentum", "grad", value, grad);
        requireAlike("momentum", "velocity", value, velocity);
        Conversion.requireHeld("momentum", gradFactor, value.dtype());
        Conversion.requireHeld("momentum", lr, value.dtype());
        Conversion.requireHeld("momentum", weightDecay, value.dtype());
        MomentumStep.of(gradFactor, momentum, step == 1 ? 1 : 1 - dampening, weightDecay, nesterov, lr)
                .run(
                        value.elements(),
                        grad.elements(),
                        velocity.elements(),
                        value.shape().elements());
    }

    /**
     * A step of RMSprop, as PyTorch's {@code RMSprop}, in one pass.
     *
     * <pre>
     * g = gradFactor · grad + weightDecay · value;  square = α square + (1 - α) g²;  u = g / (√square + epsilon)
     * value = value - lr · u
     * with a mean:  mean = α mean + (1 - α) g, and u has √(square - mean²), where PyTorch has the root of what may be
     *     less than 0 by rounding, and here is 0 then
     * with a velocity:  velocity = momentum · velocity + u;  value = value - lr · velocity
     * </pre>
     *
     * <p>What {@link #adam} says of gradients above 1.8e19 and below 1e-21 holds here too.
     *
     * @param value (…), updated
     * @param grad (…)
     * @param gradFactor as in {@link #adam}
     * @param square (…), updated; zeros before the first step
     * @param mean (…), updated; zeros before the first step; null for none
     * @param velocity (…), updated; zeros before the first step; null for none
     * @param epsilon at least {@link #LEAST_EPSILON}
     */
    public static void rmsProp(
            Tensor value,
            Tensor grad,
            double gradFactor,
            Tensor square,
            @Nullable Tensor mean,
            @Nullable Tensor velocity,
            double lr,
            double alpha,
            double epsilon,
            double momentum,
            double weightDecay) {
        requireAlike("rmsProp", "grad", value, grad);
        requireAlike("rmsProp", "square", value, square);
        if (mean != null) {
            requireAlike("rmsProp", "mean", value, mean);
        }
        if (velocity != null) {
            requireAlike("rmsProp", "velocity", value, velocity);
        }
        requireEpsilon("rmsProp", epsilon);
        Conversion.requireHeld("rmsProp", gradFactor, value.dtype());
        Conversion.requireHeld("rmsProp", lr, value.dtype());
        Conversion.requireHeld("rmsProp", weightDecay, value.dtype());
        RmsPropStep.of(gradFactor, alpha, weightDecay, epsilon, momentum, lr)
                .run(
                        value.elements(),
                        grad.elements(),
                        square.elements(),
                        mean == null ? null : mean.elements(),
                        velocity == null ? null : velocity.elements(),
                        value.shape().elements());
    }

    private static void requireEpsilon(String operation, double epsilon) {
        if (!(epsilon >= LEAST_EPSILON)) {
            throw new IllegalArgumentException(
                    operation + ": epsilon must be at least " + LEAST_EPSILON + ", it is " + epsilon);
        }
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
     * target += weight · (source - target): a running average that a source which stays the same is not changed by, as
     * {@link #blend} is by the rounding of two factors whose sum is not quite 1.
     *
     * @param target (…), overwritten
     * @param weight the share of the source, from 0 to 1
     * @param source (…)
     */
    public static void lerp(Tensor target, double weight, Tensor source) {
        requireAlike("lerp", "source", target, source);
        Conversion.requireHeld("lerp", weight, target.dtype());
        Update.lerp(target.elements(), weight, source.elements(), target.shape().elements());
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
     * x = max(-limit, min(limit, x)); NaN stays.
     *
     * @param x (…), updated
     * @param limit more than 0
     */
    public static void limit(Tensor x, double limit) {
        requireFloating("limit", x);
        Update.limit(x.elements(), limit, x.shape().elements());
    }

    /**
     * Σ x², of FLOAT32 in float64, with a relative error of at most n · 2⁻⁵³.
     *
     * @param x (…)
     */
    public static double squaredNorm(Tensor x) {
        requireFloating("squaredNorm", x);
        return Update.squaredNorm(x.elements(), x.shape().elements());
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
