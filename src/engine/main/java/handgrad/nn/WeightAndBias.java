package handgrad.nn;

import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The weight of a layer and, where it has one, the bias that it adds to each of its outputs. */
public final class WeightAndBias {
    final Parts parts = new Parts();
    final Passes passes;
    final Parameter weight;
    final @Nullable Parameter bias;

    /**
     * Checks the shapes.
     *
     * @param layer the name of the layer, for errors
     * @param weight (rows, columns)
     * @param rows what divides the number of rows
     * @param columns what divides the number of columns
     * @param shape the shape that the layer wants, in words, for errors
     * @param bias (columns), or null for none
     */
    WeightAndBias(String layer, Tensor weight, int rows, int columns, String shape, @Nullable Tensor bias) {
        if (weight.shape().rank() != 2 || weight.size(0) % rows != 0 || weight.size(1) % columns != 0) {
            throw new IllegalArgumentException(layer + ": weight must be " + shape + ", it is " + weight.shape());
        }
        if (bias != null && !bias.shape().equals(weight.shape().without(0))) {
            throw new IllegalArgumentException(layer + ": bias must be (" + weight.size(1) + ") for weight "
                    + weight.shape() + ", it is " + bias.shape());
        }
        this.passes = new Passes(layer, parts);
        this.weight = parts.add(new Parameter("weight", weight));
        this.bias = bias == null ? null : parts.add(new Parameter("bias", bias));
    }

    Tensor value() {
        return weight.value();
    }

    @Nullable
    Tensor biasValue() {
        return bias == null ? null : bias.value();
    }

    Tensor grad() {
        return weight.grad();
    }

    @Nullable
    Tensor biasGrad() {
        return bias == null ? null : bias.grad();
    }

    /** The number of outputs. */
    int columns() {
        return weight.value().size(1);
    }
}
