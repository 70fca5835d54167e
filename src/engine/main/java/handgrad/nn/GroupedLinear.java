package handgrad.nn;

import handgrad.tensor.Grouped;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Many small linear layers side by side, one for each group: out = x · weight + bias within the group. Between layers
 * that work on each column by itself, as activations, {@link BatchNorm1d} and the optimisers do, a model of these is as
 * many separate networks as there are groups, trained by the same few calls.
 *
 * <p>Feature f of group g stands in column f · groups + g. Keeps its input for backward.
 */
public final class GroupedLinear implements WeightedLayer {
    private final int groups;
    private final WeightAndBias weights;
    private @Nullable Tensor input;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /**
     * A layer on given tensors.
     *
     * @param weight (fanIn, fanOut · groups)
     * @param bias (fanOut · groups), or null for none
     * @param groups how many, at least 1
     */
    public GroupedLinear(Tensor weight, @Nullable Tensor bias, int groups) {
        if (groups < 1) {
            throw new IllegalArgumentException("GroupedLinear: wants at least 1 group, not " + groups);
        }
        this.groups = groups;
        this.weights = new WeightAndBias("GroupedLinear", weight, 1, groups, "(fanIn, fanOut · " + groups + ")", bias);
    }

    /** out = x · weight + bias in each group; x is (…, fanIn · groups), out (…, fanOut · groups). */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = weights.passes.forward(x)) {
            input = x;
            output = Buffers.withLast(x, weights.columns(), output);
            Grouped.groupedLinear(x, weights.value(), weights.biasValue(), groups, output);
            return pass.output(output);
        }
    }

    /** In each group: dWeight += xᵀ · dOut; dBias += Σ over rows of dOut; dX = dOut · weightᵀ. */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = weights.passes.backward(dOut)) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            Grouped.groupedLinearBackwardParameters(x, dOut, groups, weights.grad(), weights.biasGrad());
            Grouped.groupedLinearBackwardInput(dOut, weights.value(), groups, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public WeightAndBias weights() {
        return weights;
    }
}
