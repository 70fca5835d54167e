package handgrad.nn;

import handgrad.tensor.LossFunctions;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The mean negative log-probability of the targets under the softmax of the logits: PyTorch's {@code CrossEntropyLoss}.
 * Keeps the softmax for backward.
 */
public final class CrossEntropyLoss implements Loss {
    private final Passes passes = new Passes("CrossEntropyLoss", Parts.NONE);
    private final CrossEntropyOptions options;
    private final ClassWeights weights;
    private final boolean plain;
    private final boolean inPlace;
    private @Nullable Tensor probabilities;
    private @Nullable Tensor targets;
    private @Nullable Tensor dLogits;

    /** The plain mean: {@link CrossEntropyOptions#PYTORCH}. */
    public CrossEntropyLoss() {
        this(CrossEntropyOptions.PYTORCH);
    }

    /** With smoothed labels, weights of the classes, or a sum. */
    public CrossEntropyLoss(CrossEntropyOptions options) {
        this(options, false);
    }

    /**
     * The plain mean without tensors of its own: forward writes the probabilities over the logits, and backward the
     * gradient over them. For large vocabularies, where logits are the largest tensor of a training: it takes a third
     * of the memory. The output of the model's last layer is lost, which none of this library's last layers needs; an
     * activation would.
     */
    public static CrossEntropyLoss inPlace() {
        return new CrossEntropyLoss(CrossEntropyOptions.PYTORCH, true);
    }

    private CrossEntropyLoss(CrossEntropyOptions options, boolean inPlace) {
        this.options = options;
        this.inPlace = inPlace;
        weights = new ClassWeights(options.classWeights());
        plain = options.equals(CrossEntropyOptions.PYTORCH);
    }

    /**
     * loss = -Σ ln softmax(logits)[i, targets[i]] / n, over the n rows whose target is not
     * {@link LossFunctions#IGNORED}. With options, s the smoothing, w the weights and t the target of a row,
     *
     * <pre>
     * loss = Σ ((1 - s) w[t] (-ln p[t]) + s / classes · Σ w[c] (-ln p[c])) / Σ w[t],  p = softmax(logits)
     * </pre>
     *
     * and a sum is divided by nothing.
     *
     * @param logits (N, classes), or (N, T, classes)
     * @param targets (N), or (N, T), INT32, each from 0 to classes - 1 or IGNORED; at least one is not, unless it is a
     *     sum
     */
    @Override
    public double forward(Tensor logits, Tensor targets) {
        try (var pass = passes.forward(logits)) {
            this.targets = targets;
            probabilities = inPlace ? logits : Buffers.like(logits, probabilities);
            return pass.loss(value(logits, targets, probabilities));
        }
    }

    private double value(Tensor logits, Tensor targets, Tensor p) {
        if (inPlace) {
            return LossFunctions.crossEntropyInPlace(logits, targets);
        }
        return plain
                ? LossFunctions.crossEntropy(logits, targets, p)
                : LossFunctions.weightedCrossEntropy(
                        logits, targets, weights.of(logits), options.labelSmoothing(), options.reduction(), p);
    }

    /**
     * dLogits = (softmax(logits) - onehot(targets)) / n, 0 in ignored rows; of the shape of logits, overwritten by the
     * next call. With options
     *
     * <pre>
     * dLogits = (((1 - s) w[t] + s / classes · Σ w) p - (1 - s) w[t] onehot(t) - s / classes · w) / Σ w[t]
     * </pre>
     */
    @Override
    public Tensor backward() {
        try (var pass = passes.backward()) {
            if (probabilities == null) {
                throw new IllegalStateException("CrossEntropyLoss.backward: the gradient stands where the logits were,"
                        + " and backward ran already; call forward again");
            }
            var p = probabilities;
            var t = Passes.kept(targets);
            dLogits = inPlace ? p : Buffers.like(p, dLogits);
            if (plain) {
                LossFunctions.crossEntropyBackward(p, t, dLogits);
            } else {
                LossFunctions.weightedCrossEntropyBackward(
                        p, t, weights.of(p), options.labelSmoothing(), options.reduction(), dLogits);
            }
            probabilities = inPlace ? null : p;
            return pass.gradient(dLogits);
        }
    }

    @Override
    public double divisor(Tensor targets) {
        return TargetCount.ofClasses(targets, weights, options.reduction());
    }
}
