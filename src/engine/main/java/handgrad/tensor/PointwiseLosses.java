package handgrad.tensor;

import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireFloating;

import handgrad.kernel.PointwiseLoss;
import handgrad.kernel.SquaredError;

/**
 * Losses that compare each element with a target of its own, each with its backward pass under it. The sum over all
 * elements is divided as {@link LossReduction} says, d below; a backward pass has the reduction of its forward pass.
 */
public final class PointwiseLosses {
    private PointwiseLosses() {}

    /**
     * The squared error, PyTorch's {@code mse_loss}: Σ (x - target)² / d.
     *
     * @param x (…), at least one element unless it is a sum
     * @param target (…)
     */
    public static double mseLoss(Tensor x, Tensor target, LossReduction reduction) {
        int divisor = requireTarget("mseLoss", x, target, reduction);
        double loss =
                SquaredError.forward(x.elements(), target.elements(), x.shape().elements(), divisor);
        return told(Op.MSE_LOSS, loss, x, target, reduction, 0);
    }

    /**
     * dX = 2 (x - target) / d.
     *
     * @param x (…)
     * @param target (…)
     * @param dX (…), written; may be x
     */
    public static void mseLossBackward(Tensor x, Tensor target, LossReduction reduction, Tensor dX) {
        int divisor = requireTarget("mseLossBackward", x, target, reduction);
        requireAlike("mseLossBackward", "dX", x, dX);
        SquaredError.backward(
                x.elements(), target.elements(), dX.elements(), x.shape().elements(), divisor);
    }

    /**
     * The absolute error, PyTorch's {@code l1_loss}: Σ |x - target| / d.
     *
     * @param x (…), at least one element unless it is a sum
     * @param target (…)
     */
    public static double l1Loss(Tensor x, Tensor target, LossReduction reduction) {
        double sum = sum("l1Loss", PointwiseLoss.L1, x, target, reduction, 0);
        return told(Op.L1_LOSS, sum, x, target, reduction, 0);
    }

    /**
     * dX = sign(x - target) / d, 0 where they are equal.
     *
     * @param x (…)
     * @param target (…)
     * @param dX (…), written; may be x
     */
    public static void l1LossBackward(Tensor x, Tensor target, LossReduction reduction, Tensor dX) {
        backward("l1LossBackward", PointwiseLoss.L1, x, target, reduction, 0, dX);
    }

    /**
     * Huber's loss, PyTorch's {@code huber_loss}: Σ h(x - target) / d, with h(e) = e²/2 up to |e| = delta and delta
     * (|e| - delta/2) beyond it.
     *
     * @param x (…), at least one element unless it is a sum
     * @param target (…)
     * @param delta greater than 0
     */
    public static double huberLoss(Tensor x, Tensor target, double delta, LossReduction reduction) {
        requireDelta("huberLoss", delta);
        double sum = sum("huberLoss", PointwiseLoss.HUBER, x, target, reduction, delta);
        return told(Op.HUBER_LOSS, sum, x, target, reduction, delta);
    }

    /**
     * dX = (x - target kept within ±delta) / d.
     *
     * @param x (…)
     * @param target (…)
     * @param dX (…), written; may be x
     */
    public static void huberLossBackward(Tensor x, Tensor target, double delta, LossReduction reduction, Tensor dX) {
        requireDelta("huberLossBackward", delta);
        backward("huberLossBackward", PointwiseLoss.HUBER, x, target, reduction, delta, dX);
    }

    private static void requireDelta(String operation, double delta) {
        if (!(delta > 0 && delta < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(operation + ": delta must be greater than 0 and finite, it is " + delta);
        }
    }

    /**
     * The binary cross-entropy of the sigmoid of logits, PyTorch's {@code binary_cross_entropy_with_logits}: Σ (-target
     * ln σ(x) - (1 - target) ln(1 - σ(x))) / d. No step overflows, whatever the logits.
     *
     * @param x logits (…), at least one element unless it is a sum
     * @param target probabilities (…), from 0 to 1
     */
    public static double bceWithLogitsLoss(Tensor x, Tensor target, LossReduction reduction) {
        double sum = sum("bceWithLogitsLoss", PointwiseLoss.BCE_WITH_LOGITS, x, target, reduction, 0);
        return told(Op.BCE_WITH_LOGITS_LOSS, sum, x, target, reduction, 0);
    }

    /**
     * dX = (σ(x) - target) / d.
     *
     * @param x (…)
     * @param target (…)
     * @param dX (…), written; may be x
     */
    public static void bceWithLogitsLossBackward(Tensor x, Tensor target, LossReduction reduction, Tensor dX) {
        backward("bceWithLogitsLossBackward", PointwiseLoss.BCE_WITH_LOGITS, x, target, reduction, 0, dX);
    }

    /**
     * The divergence of Kullback and Leibler, PyTorch's {@code kl_div}: Σ target (ln target - x) / d; an element whose
     * target is 0 adds nothing.
     *
     * @param x log-probabilities (…), at least one element unless it is a sum
     * @param target probabilities (…)
     */
    public static double klDivLoss(Tensor x, Tensor target, LossReduction reduction) {
        double sum = sum("klDivLoss", PointwiseLoss.KL_DIV, x, target, reduction, 0);
        return told(Op.KL_DIV_LOSS, sum, x, target, reduction, 0);
    }

    /**
     * dX = -target / d.
     *
     * @param x (…)
     * @param target (…)
     * @param dX (…), written; may be x
     */
    public static void klDivLossBackward(Tensor x, Tensor target, LossReduction reduction, Tensor dX) {
        backward("klDivLossBackward", PointwiseLoss.KL_DIV, x, target, reduction, 0, dX);
    }

    private static double sum(
            String operation, PointwiseLoss loss, Tensor x, Tensor target, LossReduction reduction, double delta) {
        int divisor = requireTarget(operation, x, target, reduction);
        return loss.sum(x.elements(), target.elements(), delta, x.shape().elements()) / divisor;
    }

    private static void backward(
            String operation,
            PointwiseLoss loss,
            Tensor x,
            Tensor target,
            LossReduction reduction,
            double delta,
            Tensor dX) {
        int divisor = requireTarget(operation, x, target, reduction);
        requireAlike(operation, "dX", x, dX);
        loss.backward(
                x.elements(),
                target.elements(),
                dX.elements(),
                1.0 / divisor,
                delta,
                x.shape().elements());
    }

    private static double told(Op op, double loss, Tensor x, Tensor target, LossReduction reduction, double delta) {
        if (Tracing.isOn()) {
            Tracing.record(op, new double[] {divisor(x, reduction), delta}, Tensor.scalar(loss), x, target);
        }
        return loss;
    }

    /** What the sum over the elements of x is divided by, which is not 0. */
    private static int requireTarget(String operation, Tensor x, Tensor target, LossReduction reduction) {
        requireFloating(operation, x);
        requireAlike(operation, "target", x, target);
        int divisor = divisor(x, reduction);
        if (divisor == 0) {
            throw new IllegalArgumentException(operation + ": the mean over no elements has no value, x " + x.shape());
        }
        return divisor;
    }

    private static int divisor(Tensor x, LossReduction reduction) {
        return switch (reduction) {
            case MEAN -> x.shape().elements();
            case SUM -> 1;
            case BATCH_MEAN -> x.shape().rank() == 0 ? 1 : x.size(0);
        };
    }
}
