package handgrad.nn;

import handgrad.tensor.Functional;
import handgrad.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Many small linear layers side by side, one for each group: out = x · weight + bias within the group. Between layers that
 * work on each column by itself, as activations, {@link BatchNorm1d} and the optimisers do, a model of these is as many
 * separate networks as there are groups, trained by the same few calls.
 *
 * <p>Feature f of group g stands in column f · groups + g. Keeps its input for backward.
 */
public final class GroupedLinear implements Layer {
    private final int groups;
    private final Parameter weight;
    private final @Nullable Parameter bias;
    private final List<Parameter> parameters;
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
        if (groups < 1 || weight.shape().rank() != 2 || weight.size(1) % groups != 0) {
            throw new IllegalArgumentException(
                    "GroupedLinear: weight must be (fanIn, fanOut · " + groups + "), it is " + weight.shape());
        }
        if (bias != null && !bias.shape().equals(weight.shape().without(0))) {
            throw new IllegalArgumentException("GroupedLinear: bias must be (" + weight.size(1) + ") for weight "
                    + weight.shape() + ", it is " + bias.shape());
        }
        this.groups = groups;
        this.weight = new Parameter("weight", weight);
        this.bias = bias == null ? null : new Parameter("bias", bias);
        this.parameters = this.bias == null ? List.of(this.weight) : List.of(this.weight, this.bias);
    }

    /** out = x · weight + bias in each group; x is (…, fanIn · groups), out (…, fanOut · groups). */
    @Override
    public Tensor forward(Tensor x) {
        input = x;
        output = Buffers.withLast(x, weight.value().size(1), output);
        Functional.groupedLinear(x, weight.value(), bias == null ? null : bias.value(), groups, output);
        return output;
    }

    /** In each group: dWeight += xᵀ · dOut; dBias += Σ over rows of dOut; dX = dOut · weightᵀ. */
    @Override
    public Tensor backward(Tensor dOut) {
        var x = Buffers.kept("GroupedLinear", input);
        dX = Buffers.like(x, dX);
        Functional.groupedLinearBackwardParameters(x, dOut, groups, weight.grad(), bias == null ? null : bias.grad());
        Functional.groupedLinearBackwardInput(dOut, weight.value(), groups, dX);
        return dX;
    }

    @Override
    public List<Parameter> parameters() {
        return parameters;
    }
}
