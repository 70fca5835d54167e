package handgrad.tensor;

import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireFloating;
import static handgrad.tensor.Requirements.requireIndex;
import static handgrad.tensor.Requirements.requireIndexType;

import handgrad.kernel.SoftmaxCrossEntropy;
import handgrad.kernel.WeightedCrossEntropy;

/**
 * Losses of class targets, each with its backward pass under it; {@link PointwiseLosses} has the others. They write
 * into tensors that the caller gives; see {@link Functional} for what holds of all such operations.
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
     * @param logits (…, classes)
     * @param targets (…), INT32, each from 0 to classes - 1 or IGNORED; at least one is not
     * @param probabilities (…, classes), written; not logits
     */
    public static double crossEntropy(Tensor logits, Tensor targets, Tensor probabilities) {
        int classes = requireLogits("crossEntropy", logits, targets);
        requireAlike("crossEntropy", "probabilities", logits, probabilities);
        requireApart("crossEntropy", "probabilities", probabilities, "logits", logits);
        int rows = targets.shape().elements();
        double loss =
                SoftmaxCrossEntropy.forward(logits.elements(), targets.ints(), rows, classes, probabilities.elements());
        if (Tracing.isOn()) {
            Tracing.record(Op.SOFTMAX, probabilities, logits);
            Tracing.record(Op.NEGATIVE_LOG_LIKELIHOOD, Tensor.scalar(loss), probabilities, targets);
        }
        return loss;
    }

    /**
     * As {@link #crossEntropy}, with the probabilities written over the logits; {@link #crossEntropyBackward} may write
     * the gradient over them in turn. For large vocabularies, whose logits are the largest tensor of a training.
     *
     * @param logits (…, classes), overwritten
     * @param targets (…), INT32, as for {@link #crossEntropy}
     */
    public static double crossEntropyInPlace(Tensor logits, Tensor targets) {
        int classes = requireLogits("crossEntropyInPlace", logits, targets);
        double loss = SoftmaxCrossEntropy.forwardInPlace(
                logits.elements(), targets.ints(), targets.shape().elements(), classes);
        if (Tracing.isOn()) {
            Tracing.record(Op.SOFTMAX, logits, logits);
            Tracing.record(Op.NEGATIVE_LOG_LIKELIHOOD, Tensor.scalar(loss), logits, targets);
        }
        return loss;
    }

    /**
     * dLogits = (probabilities - onehot(targets)) / n; 0 in rows that are ignored.
     *
     * @param probabilities (…, classes), as forward wrote them
     * @param targets (…), INT32
     * @param dLogits (…, classes), written; may be probabilities
     */
    public static void crossEntropyBackward(Tensor probabilities, Tensor targets, Tensor dLogits) {
        int classes = requireLogits("crossEntropyBackward", probabilities, targets);
        requireAlike("crossEntropyBackward", "dLogits", probabilities, dLogits);
        int rows = targets.shape().elements();
        SoftmaxCrossEntropy.backward(probabilities.elements(), targets.ints(), rows, classes, dLogits.elements());
    }

    private static int requireLogits(String operation, Tensor logits, Tensor targets) {
        int classes = requireRows(operation, logits, targets);
        if (!hasTarget(operation, targets, classes)) {
            throw new IllegalArgumentException(
                    operation + ": the mean over no rows has no value, logits " + logits.shape());
        }
        return classes;
    }

    /** The classes of logits (…, classes), of which the targets are (…). */
    private static int requireRows(String operation, Tensor logits, Tensor targets) {
        int rank = targets.shape().rank();
        boolean fits = rank > 0 && logits.shape().rank() == rank + 1;
        for (int d = 0; fits && d < rank; d++) {
            fits = logits.size(d) == targets.size(d);
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    operation + ": wants logits (N, classes) and targets (N), or (N, T, classes) and (N, T), logits "
                            + logits.shape() + ", targets " + targets.shape());
        }
        return logits.size(-1);
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
     * As {@link #crossEntropy(Tensor, Tensor, Tensor)}, with weights of the classes, smoothed labels, and a sum or a
     * mean.
     *
     * <pre>
     * loss of a row = (1 - s) w[t] (-ln p[t]) + s / classes · Σ w[c] (-ln p[c])
     * </pre>
     *
     * with p its probabilities, t its target, w the weights and s the smoothing: PyTorch's {@code cross_entropy} with
     * {@code weight} and {@code label_smoothing}. A mean is the sum divided by Σ w[t].
     *
     * @param logits (…, classes)
     * @param targets (…), INT32, each from 0 to classes - 1 or IGNORED
     * @param classWeights (classes), FLOAT64, each at least 0
     * @param labelSmoothing from 0 to 1
     * @param reduction MEAN or SUM; a mean wants a target of a weight that is not 0
     * @param probabilities (…, classes), written; not logits
     */
    public static double weightedCrossEntropy(
            Tensor logits,
            Tensor targets,
            Tensor classWeights,
            double labelSmoothing,
            LossReduction reduction,
            Tensor probabilities) {
        double divisor = requireWeights("weightedCrossEntropy", logits, targets, classWeights, reduction);
        requireSmoothing("weightedCrossEntropy", labelSmoothing);
        requireAlike("weightedCrossEntropy", "probabilities", logits, probabilities);
        requireApart("weightedCrossEntropy", "probabilities", probabilities, "logits", logits);
        double loss = WeightedCrossEntropy.forward(
                        logits.elements(),
                        probabilities.elements(),
                        targets.ints(),
                        classWeights.doubles(),
                        labelSmoothing,
                        targets.shape().elements(),
                        logits.size(-1))
                / divisor;
        if (Tracing.isOn()) {
            double[] arguments = {divisor, weighted(classWeights), labelSmoothing};
            Tracing.record(Op.WEIGHTED_CROSS_ENTROPY, arguments, Tensor.scalar(loss), logits, targets);
        }
        return loss;
    }

    /**
     * dLogits = (((1 - s) w[t] + s / classes · Σ w) p - s / classes · w - (1 - s) w[t] onehot(t)) / d in each row, with
     * d what forward divided by; 0 in rows that are ignored.
     *
     * @param probabilities (…, classes), as forward wrote them
     * @param targets (…), INT32
     * @param classWeights (classes), FLOAT64
     * @param dLogits (…, classes), written
     */
    public static void weightedCrossEntropyBackward(
            Tensor probabilities,
            Tensor targets,
            Tensor classWeights,
            double labelSmoothing,
            LossReduction reduction,
            Tensor dLogits) {
        double divisor =
                requireWeights("weightedCrossEntropyBackward", probabilities, targets, classWeights, reduction);
        requireSmoothing("weightedCrossEntropyBackward", labelSmoothing);
        requireAlike("weightedCrossEntropyBackward", "dLogits", probabilities, dLogits);
        WeightedCrossEntropy.backward(
                probabilities.elements(),
                targets.ints(),
                classWeights.doubles(),
                labelSmoothing,
                1 / divisor,
                targets.shape().elements(),
                probabilities.size(-1),
                dLogits.elements());
    }

    /**
     * The negative log-likelihood of targets, PyTorch's {@code nll_loss}: -Σ w[t] x[i, t] over the rows i whose target
     * t is not {@link #IGNORED}; a mean is divided by Σ w[t].
     *
     * @param x log-probabilities (…, classes)
     * @param targets (…), INT32, each from 0 to classes - 1 or IGNORED
     * @param classWeights (classes), FLOAT64, each at least 0
     * @param reduction MEAN or SUM; a mean wants a target of a weight that is not 0
     */
    public static double nllLoss(Tensor x, Tensor targets, Tensor classWeights, LossReduction reduction) {
        double divisor = requireWeights("nllLoss", x, targets, classWeights, reduction);
        int rows = targets.shape().elements();
        double loss = WeightedCrossEntropy.negativeLogLikelihood(
                        x.elements(), targets.ints(), classWeights.doubles(), rows, x.size(-1))
                / divisor;
        if (Tracing.isOn()) {
            double[] arguments = {divisor, weighted(classWeights)};
            Tracing.record(Op.NLL_LOSS, arguments, Tensor.scalar(loss), x, targets);
        }
        return loss;
    }

    /**
     * dX = -w[t] / d at the target t of each row, else 0, with d what forward divided by.
     *
     * @param targets (…), INT32
     * @param classWeights (classes), FLOAT64
     * @param dX (…, classes), written
     */
    public static void nllLossBackward(Tensor targets, Tensor classWeights, LossReduction reduction, Tensor dX) {
        double divisor = requireWeights("nllLossBackward", dX, targets, classWeights, reduction);
        WeightedCrossEntropy.negativeLogLikelihoodBackward(
                targets.ints(),
                classWeights.doubles(),
                1 / divisor,
                targets.shape().elements(),
                dX.size(-1),
                dX.elements());
    }

    /** 1 if a weight is not 1, else 0. */
    private static double weighted(Tensor classWeights) {
        for (double weight : classWeights.doubles()) {
            if (weight != 1) {
                return 1;
            }
        }
        return 0;
    }

    private static void requireSmoothing(String operation, double smoothing) {
        if (!(smoothing >= 0 && smoothing <= 1)) {
            throw new IllegalArgumentException(operation + ": labelSmoothing must be from 0 to 1, it is " + smoothing);
        }
    }

    /** What the sum of the losses is divided by, after all have been checked. */
    private static double requireWeights(
            String operation, Tensor x, Tensor targets, Tensor classWeights, LossReduction reduction) {
        requireFloating(operation, x);
        int classes = requireRows(operation, x, targets);
        hasTarget(operation, targets, classes);
        if (classWeights.dtype() != DType.FLOAT64
                || classWeights.shape().rank() != 1
                || classWeights.size(0) != classes) {
            throw new IllegalArgumentException(operation + ": wants a FLOAT64 weight for each of " + classes
                    + " classes, classWeights is " + classWeights.dtype() + " " + classWeights.shape());
        }
        if (reduction == LossReduction.BATCH_MEAN) {
            throw new IllegalArgumentException(operation + ": BATCH_MEAN is for elementwise losses; give MEAN or SUM");
        }
        if (reduction == LossReduction.SUM) {
            return 1;
        }
        double divisor = WeightedCrossEntropy.divisor(
                targets.ints(), classWeights.doubles(), targets.shape().elements());
        if (!(divisor > 0)) {
            throw new IllegalArgumentException(operation + ": the mean over no rows has no value, the weights of the"
                    + " targets add up to " + divisor + ", logits " + x.shape());
        }
        return divisor;
    }
}
