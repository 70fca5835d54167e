package handgrad.nn;

import org.jspecify.annotations.Nullable;

/** A layer that multiplies what it sees by a weight and adds, where it has one, a bias to each of its outputs. */
public sealed interface WeightedLayer extends Layer permits Linear, Conv2d, CausalConv1d, GroupedLinear {
    /** What the methods here are made of. */
    WeightAndBias weights();

    /** The weight, (rows, outputs): a row for each number that an output sees, as the layer says. */
    default Parameter weight() {
        return weights().weight;
    }

    /** The bias, (outputs), or null where there is none. */
    default @Nullable Parameter bias() {
        return weights().bias;
    }

    @Override
    default Parts parts() {
        return weights().parts;
    }
}
