package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.LossFunctions;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;

/**
 * A number that says how far the output of a model is from what it should be, and its gradient. A loss of one's own
 * computes both from the elements, as a layer does, and is checked by {@code GradientCheck.of(loss)}:
 *
 * <pre>{@code
 * private final Passes passes = new Passes("MyLoss", Parts.NONE);
 *
 * public double forward(Tensor output, Tensor targets) {
 *     try (var pass = passes.forward(output)) {
 *         …
 *         return pass.loss(value);
 *     }
 * }
 *
 * public Tensor backward() {
 *     try (var pass = passes.backward()) {
 *         …
 *         return pass.gradient(dOutput);
 *     }
 * }
 * }</pre>
 */
public interface Loss {
    /** The loss of an output against its targets; keeps what backward needs. */
    double forward(Tensor output, Tensor targets);

    /** The gradient of the last loss with respect to the output, of its shape; overwritten by the next call. */
    Tensor backward();

    /**
     * As {@link #backward()}, times the weight that this loss has in a sum. The tensor of {@link #backward()} is
     * multiplied in place; nothing is allocated.
     *
     * <p>So the gradients of several batches add up to those of their mean, as though they were one batch that does not
     * fit into memory:
     *
     * <pre>{@code
     * optimiser.zeroGrad();
     * for (int i = 0; i < batches; i++) {
     *     …
     *     loss.forward(model.forward(batch.x()), batch.y());
     *     model.backward(loss.backward(1.0 / batches));
     * }
     * optimiser.step(rate);
     * }</pre>
     *
     * @param weight finite, and held by the type of the output
     */
    default Tensor backward(double weight) {
        var d = backward();
        Updates.blend(d, weight, 0, d);
        return d;
    }

    /**
     * What the sum over these targets is divided by in {@link #forward}: for a mean the number of targets, 1 for a sum.
     * By default the number of targets, without those of INT32 that are {@link LossFunctions#IGNORED}. From it follows
     * the weight of a part of a batch in the loss of the whole: the divisor of the part by that of the whole.
     */
    default double divisor(Tensor targets) {
        if (targets.dtype() != DType.INT32) {
            return targets.shape().elements();
        }
        int counted = 0;
        for (int target : targets.ints()) {
            counted += target == LossFunctions.IGNORED ? 0 : 1;
        }
        return counted;
    }
}
