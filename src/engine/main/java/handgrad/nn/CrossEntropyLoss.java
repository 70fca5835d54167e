package handgrad.nn;

import handgrad.tensor.LossFunctions;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import org.jspecify.annotations.Nullable;

/** The mean negative log-probability of the targets under the softmax of the logits. Keeps the softmax for backward. */
public final class CrossEntropyLoss implements Loss {
    private final Passes passes = new Passes("CrossEntropyLoss", Parts.NONE);
    private @Nullable Tensor probabilities;
    private @Nullable Tensor targets;
    private @Nullable Tensor dLogits;

    /**
     * loss = -Σ ln softmax(logits)[i, targets[i]] / n, over the n rows whose target is not
     * {@link LossFunctions#IGNORED}.
     *
     * @param logits (N, classes)
     * @param targets (N), INT32, each from 0 to classes - 1 or IGNORED; at least one is not
     */
    @Override
    public double forward(Tensor logits, Tensor targets) {
        try (var pass = passes.forward(logits)) {
            this.targets = targets;
            probabilities = Buffers.like(logits, probabilities);
            return pass.loss(LossFunctions.crossEntropy(logits, targets, probabilities));
        }
    }

    /**
     * dLogits = (softmax(logits) - onehot(targets)) / n, 0 in ignored rows; (N, classes), overwritten by the next call.
     */
    @Override
    public Tensor backward() {
        try (var pass = passes.backward()) {
            var p = Passes.kept(probabilities);
            dLogits = Buffers.like(p, dLogits);
            LossFunctions.crossEntropyBackward(p, Passes.kept(targets), dLogits);
            return pass.gradient(dLogits);
        }
    }

    /** As {@link #backward()}, times the weight that this loss has in a sum. */
    Tensor backward(double weight) {
        var d = backward();
        Updates.blend(d, weight, 0, d);
        return d;
    }
}
