package handgrad.tensor;

import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireIndex;
import static handgrad.tensor.Requirements.requireIndexType;

import handgrad.kernel.SoftmaxCrossEntropy;
import handgrad.kernel.SquaredError;

/**
 * Losses, each with its backward pass under it. They write into tensors that the caller gives; see
 * {@link Functional} for what holds of all such operations.
 */
public final class LossFunctions {
    /** The target of a row that does not count in {@link #crossEntropy}: PyTorch's default {@code ignore_index}. */
    public static final int IGNORED = -100;

    private LossFunctions() {}

    /**
     * The mean negative log-probability of the targets under the softmax of the logits.
     *
     * <pre>
     * probabilities = exp(logits - max) / Σ exp(logits - max);  loss = -Σ ln probabilities[i, targets[i]] / n
     * </pre>
     *
     * The sum and n leave out the rows whose target is {@link #IGNORED}. The sum of a row has the error of
     * {@link Tensor#sum(int, boolean)}, the losses of all rows are added in float64.
     *
     * @param logits (N, classes)
     * @param targets (N), INT32, each from 0 to classes - 1 or IGNORED; at least one is not
     * @param probabilities (N, classes), written; not logits
     */
    public static double crossEntropy(Tensor logits, Tensor targets, Tensor probabilities) {
        int classes = requireLogits("crossEntropy", logits, targets);
        requireAlike("crossEntropy", "probabilities", logits, probabilities);
        requireApart("crossEntropy", "probabilities", probabilities, "logits", logits);
        int rows = logits.size(0);
        double loss =
                SoftmaxCrossEntropy.forward(logits.elements(), targets.ints(), rows, classes, probabilities.elements());
        if (Tracing.isOn()) {
            Tracing.record(Op.SOFTMAX, probabilities, logits);
            Tracing.record(Op.NEGATIVE_LOG_LIKELIHOOD, Tensor.scalar(loss), probabilities, targets);
        }
        return loss;
    }

    /**
     * dLogits = (probabilities - onehot(targets)) / n; 0 in rows that are ignored.
     *
     * @param probabilities (N, classes), as forward wrote them
     * @param targets (N), INT32
     * @param dLogits (N, classes), written
     */
    public static void crossEntropyBackward(Tensor probabilities, Tensor targets, Tensor dLogits) {
        int classes = requireLogits("crossEntropyBackward", probabilities, targets);
        requireAlike("crossEntropyBackward", "dLogits", probabilities, dLogits);
        int rows = probabilities.size(0);
        SoftmaxCrossEntropy.backward(probabilities.elements(), targets.ints(), rows, classes, dLogits.elements());
    }

    private static int requireLogits(String operation, Tensor logits, Tensor targets) {
        if (logits.shape().rank() != 2 || targets.shape().rank() != 1 || targets.size(0) != logits.size(0)) {
            throw new IllegalArgumentException(operation + ": wants logits (N, classes) and targets (N), logits "
                    + logits.shape() + ", targets " + targets.shape());
        }
        int classes = logits.size(1);
        if (!hasTarget(operation, targets, classes)) {
            throw new IllegalArgumentException(
                    operation + ": the mean over no rows has no value, logits " + logits.shape());
        }
        return classes;
    }

    /** Whether a target is not ignored, after each has been checked. */
    private static boolean hasTarget(String operation, Tensor targets, int classes) {
        requireIndexType(operation, targets);
        boolean found = false;
        for (int target : targets.ints()) {
            if (target != IGNORED) {
                requireIndex(operation, target, classes);
                found = true;
            }
        }
        return found;
    }

    /**
     * The mean squared error, PyTorch's {@code mse_loss}: Σ (x - target)² / n over all n elements, in float64. Its
     * relative error is at most (n + 2) · 2⁻⁵³; of finite FLOAT32 elements it is finite.
     *
     * @param x (…), at least one element
     * @param target (…)
     */
    public static double mseLoss(Tensor x, Tensor target) {
        int n = requireTarget("mseLoss", x, target);
        double loss = SquaredError.forward(x.elements(), target.elements(), n);
        if (Tracing.isOn()) {
            Tracing.record(Op.MSE_LOSS, Tensor.scalar(loss), x, target);
        }
        return loss;
    }

    /**
     * dX = 2 (x - target) / n.
     *
     * @param x (…)
     * @param target (…)
     * @param dX (…), written; may be x
     */
    public static void mseLossBackward(Tensor x, Tensor target, Tensor dX) {
        int n = requireTarget("mseLossBackward", x, target);
        requireAlike("mseLossBackward", "dX", x, dX);
        SquaredError.backward(x.elements(), target.elements(), dX.elements(), n);
    }

    /** The number of elements of x, which is not 0. */
    private static int requireTarget(String operation, Tensor x, Tensor target) {
        requireAlike(operation, "target", x, target);
        int n = x.shape().elements();
        if (n == 0) {
            throw new IllegalArgumentException(operation + ": the mean over no elements has no value, x " + x.shape());
        }
        return n;
    }
}
