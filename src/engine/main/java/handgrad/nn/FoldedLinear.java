package handgrad.nn;

/** A linear layer and the batch normalisation after it as one linear layer. */
public final class FoldedLinear {
    private FoldedLinear() {}

    /**
     * A layer that does alone what the two do in evaluation: with constant statistics both are linear. It shares no
     * tensor with them, so it does not follow when they are trained on.
     *
     * <pre>
     * scale = normWeight ∘ (running variance + epsilon)^-½
     * weight' = weight ∘ scale;  bias' = (bias - running mean) ∘ scale + normBias
     * </pre>
     *
     * Equal up to rounding: the products are rounded in another order.
     *
     * @param linear the first layer, (fanIn, features), with or without a bias
     * @param norm the layer after it
     * @return a layer (fanIn, features) with a bias
     * @throws IllegalArgumentException if the features differ, or if each position has running statistics of its own
     */
    public static Linear of(Linear linear, BatchNorm1d norm) {
        var weight = linear.weight().value();
        var mean = norm.runningMean();
        int features = norm.weight().value().size(0);
        if (weight.size(1) != features) {
            throw new IllegalArgumentException("FoldedLinear: the layer has weight " + weight.shape()
                    + ", the normalisation is of " + features + " features");
        }
        if (mean.shape().rank() == 2) {
            throw new IllegalArgumentException("FoldedLinear: the running statistics are " + mean.shape() + ", for "
                    + mean.size(0) + " positions, and a linear layer treats all alike");
        }
        var scale = norm.weight().value().mul(norm.inverseRunningDeviation());
        var bias = linear.bias();
        var centred = bias == null ? mean.neg() : bias.value().sub(mean);
        return new Linear(weight.mul(scale), centred.mul(scale).add(norm.bias().value()));
    }
}
