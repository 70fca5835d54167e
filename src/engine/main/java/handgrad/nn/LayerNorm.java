package handgrad.nn;

import handgrad.tensor.Normalizations;
import handgrad.tensor.Tensor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Layer normalisation: normalises each row over its features, then scales by a weight and shifts by a bias, (…,
 * features) to (…, features). Unlike {@link BatchNorm1d} it needs no batch, so training and evaluation are the same.
 * Keeps the normalised input and the inverse deviation of each row for backward.
 */
public final class LayerNorm implements Layer {
    /** PyTorch's default. */
    static final double EPSILON = 1e-5;

    private final double epsilon;
    private final Parts parts = new Parts();
    private final Passes passes = new Passes("LayerNorm", parts);
    private final Parameter weight;
    private final @Nullable Parameter bias;
    private @Nullable Tensor noBias;
    private @Nullable Tensor unusedGradient;
    private @Nullable Tensor inverseDeviation;
    private @Nullable Tensor normalized;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** A layer with PyTorch's epsilon, 1e-5. */
    public LayerNorm(int features) {
        this(features, EPSILON);
    }

    /**
     * A layer with weight 1 and bias 0.
     *
     * @param features the size of the last dimension, at least 1
     * @param epsilon added to the variance before its root; at least 0
     */
    public LayerNorm(int features, double epsilon) {
        this(features, epsilon, true);
    }

    /** As {@link #LayerNorm(int, double)}, with or without a bias, as PyTorch's {@code bias=False}. */
    public LayerNorm(int features, double epsilon, boolean bias) {
        if (features < 1) {
            throw new IllegalArgumentException("LayerNorm: wants at least 1 feature, it is " + features);
        }
        if (!(epsilon >= 0)) {
            throw new IllegalArgumentException("LayerNorm: epsilon must be at least 0, it is " + epsilon);
        }
        this.epsilon = epsilon;
        this.weight = parts.add(new Parameter("weight", Tensor.ones(features)));
        this.bias = bias ? parts.add(new Parameter("bias", Tensor.zeros(features))) : null;
    }

    /** The weight γ, (features). */
    public Parameter weight() {
        return weight;
    }

    /** The bias β, (features), if there is one. */
    public Optional<Parameter> bias() {
        return Optional.ofNullable(bias);
    }

    /**
     * Mean and variance are those of each row; the variance is the biased one.
     *
     * <pre>
     * normalized = (x - mean) ∘ (variance + epsilon)^-½;  out = weight ∘ normalized + bias
     * </pre>
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            normalized = Buffers.like(x, normalized);
            output = Buffers.like(x, output);
            inverseDeviation = Buffers.withLast(x, 1, inverseDeviation);
            Normalizations.layerNorm(x, weight.value(), biasOrZeros(), epsilon, inverseDeviation, normalized, output);
            return pass.output(output);
        }
    }

    private Tensor biasOrZeros() {
        if (bias != null) {
            return bias.value();
        }
        noBias = Buffers.like(weight.value(), noBias);
        return noBias;
    }

    /**
     * The gradients; n is the number of features, and the sums in dX run over the features of a row, the others over
     * the rows.
     *
     * <pre>
     * dBias += Σ dOut;  dWeight += Σ dOut ∘ normalized;  dNormalized = weight ∘ dOut
     * dX = (variance + epsilon)^-½ ∘ (dNormalized - Σ dNormalized / n - normalized ∘ Σ (dNormalized ∘ normalized) / n)
     * </pre>
     *
     * dOut and dX have the shape of x.
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var unit = Passes.kept(normalized);
            dX = Buffers.like(unit, dX);
            Normalizations.layerNormBackward(
                    dOut, unit, weight.value(), Passes.kept(inverseDeviation), weight.grad(), biasGradient(), dX);
            return pass.gradient(dX);
        }
    }

    private Tensor biasGradient() {
        if (bias != null) {
            return bias.grad();
        }
        unusedGradient = Buffers.like(weight.value(), unusedGradient);
        return unusedGradient;
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
