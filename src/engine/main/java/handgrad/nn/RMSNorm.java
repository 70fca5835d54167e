package handgrad.nn;

import handgrad.tensor.RmsNormalizations;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Root mean square normalisation, PyTorch's {@code RMSNorm}: divides each row by the root of the mean of its squares,
 * then scales by a weight, (…, features) to (…, features). Unlike {@link LayerNorm} it subtracts no mean and has no
 * bias. Training and evaluation are the same. Keeps the normalised input and the inverse root mean square of each row
 * for backward. Its errors are bounded in {@link RmsNormalizations}.
 *
 * <p>Source: Zhang and Sennrich, "Root Mean Square Layer Normalization", NeurIPS 2019.
 */
public final class RMSNorm implements Layer {
    /** The machine epsilon of float32. */
    private static final double EPSILON = 0x1p-23;

    private final double epsilon;
    private final Parts parts = new Parts();
    private final Passes passes = new Passes("RMSNorm", parts);
    private final Parameter weight;
    private @Nullable Tensor inverse;
    private @Nullable Tensor normalized;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /**
     * A layer with the epsilon that PyTorch has for float32 by default, the machine epsilon 2⁻²³ ≈ 1.19e-7. It is the
     * same in float64, where PyTorch takes 2⁻⁵²: a layer computes one function in both types.
     *
     * @param features the size of the last dimension, at least 1
     */
    public RMSNorm(int features) {
        this(features, EPSILON);
    }

    /**
     * A layer with weight 1.
     *
     * @param features the size of the last dimension, at least 1
     * @param epsilon added to the mean of the squares before its root; at least 0. With 0, a row of zeros becomes NaN,
     *     as in PyTorch
     */
    public RMSNorm(int features, double epsilon) {
        if (features < 1) {
            throw new IllegalArgumentException("RMSNorm: wants at least 1 feature, it is " + features);
        }
        if (!(epsilon >= 0)) {
            throw new IllegalArgumentException("RMSNorm: epsilon must be at least 0, it is " + epsilon);
        }
        this.epsilon = epsilon;
        this.weight = parts.add(new Parameter("weight", Tensor.ones(features)));
    }

    /** The weight, (features). */
    public Parameter weight() {
        return weight;
    }

    /**
     * The mean is over the features of each row.
     *
     * <pre>
     * normalized = x ∘ (mean of x² + epsilon)^-½;  out = weight ∘ normalized
     * </pre>
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            normalized = Buffers.like(x, normalized);
            output = Buffers.like(x, output);
            inverse = Buffers.withLast(x, 1, inverse);
            RmsNormalizations.rmsNorm(x, weight.value(), epsilon, inverse, normalized, output);
            return pass.output(output);
        }
    }

    /**
     * The gradients; n is the number of features, and the sum in dX runs over the features of a row, the other over the
     * rows.
     *
     * <pre>
     * dWeight += Σ dOut ∘ normalized;  dNormalized = weight ∘ dOut
     * dX = (mean of x² + epsilon)^-½ ∘ (dNormalized - normalized ∘ Σ (dNormalized ∘ normalized) / n)
     * </pre>
     *
     * dOut and dX have the shape of x.
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var unit = Passes.kept(normalized);
            dX = Buffers.like(unit, dX);
            RmsNormalizations.rmsNormBackward(dOut, unit, weight.value(), Passes.kept(inverse), weight.grad(), dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
