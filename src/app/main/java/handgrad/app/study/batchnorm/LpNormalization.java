package handgrad.app.study.batchnorm;

import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.nn.Parts;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Normalisation by the average ℓp norm of each unit over the batch, taken before the mean is subtracted, for p of 1, 2
 * and ∞ (Santurkar et al. 2018, section 3.3). Where batch normalisation divides by the deviation, this fixes no
 * variance; a gain and a bias follow as there. It has no statistics for evaluation: the study trains only. Keeps its
 * input for backward.
 */
final class LpNormalization implements Layer {
    /** Which norm. */
    enum Norm {
        /** s = Σ |x| / n. */
        L1,
        /** s = √(Σ x² / n). */
        L2,
        /** s = max |x|. */
        L_INFINITY
    }

    /** Keeps the norm of a unit that is 0 for the whole batch away from 0. */
    private static final double EPSILON = 1e-5;

    /** Smaller than any |x| that counts, so that x / (|x| + TINY) is the sign of x, and 0 at 0. */
    private static final double TINY = 1e-30;

    private final Parts parts = new Parts();
    private final Norm norm;
    private final Parameter gain;
    private final Parameter bias;
    private @Nullable Tensor input;
    private @Nullable Tensor scale;
    private @Nullable Tensor normalized;

    /**
     * A layer that starts with a given gain and a bias of zeros.
     *
     * @param gain (units)
     */
    LpNormalization(Norm norm, Tensor gain) {
        this.norm = norm;
        this.gain = parts.add(new Parameter("weight", gain));
        bias = parts.add(new Parameter("bias", Tensor.zeros(gain.size(0))));
    }

    /**
     * With s the norm of a unit: normalized = (x - mean) / s; out = gain ∘ normalized + bias. To s, or under its root,
     * 1e-5 is added. x and out are (N, units) or (N, channels, height, width).
     */
    @Override
    public Tensor forward(Tensor x) {
        var values = UnitValues.of(x);
        var s = scale(values);
        var unit = values.sub(UnitValues.mean(values)).div(s);
        input = values;
        scale = s;
        normalized = unit;
        return unit.mul(UnitValues.perUnit(gain.value(), values))
                .add(UnitValues.perUnit(bias.value(), values))
                .reshape(x.shape().toArray());
    }

    private Tensor scale(Tensor values) {
        return switch (norm) {
            case L1 -> UnitValues.mean(values.abs()).add(EPSILON);
            case L2 -> UnitValues.mean(values.mul(values)).add(EPSILON).sqrt();
            case L_INFINITY -> largest(values).add(EPSILON);
        };
    }

    private static Tensor largest(Tensor values) {
        var largest = UnitValues.mean(values);
        int[] positions = UnitValues.largest(values.abs());
        for (int unit = 0; unit < positions.length; unit++) {
            largest.setFlat(unit, Math.abs(values.getFlat(positions[unit])));
        }
        return largest;
    }

    /**
     * The gradients, where Σ and mean run over the n values of a unit.
     *
     * <pre>
     * dBias += Σ dOut;  dGain += Σ dOut ∘ normalized;  dNormalized = gain ∘ dOut
     * dScale = -Σ (dNormalized ∘ normalized) / s
     * dX = (dNormalized - mean(dNormalized)) / s + dScale ∘ ∂s/∂x
     * ∂s/∂x = sign(x) / n for ℓ1, x / (n s) for ℓ2, sign(x) at the largest |x| and else 0 for ℓ∞
     * </pre>
     */
    @Override
    public Tensor backward(Tensor dOut) {
        if (input == null || scale == null || normalized == null) {
            throw new IllegalStateException("LpNormalization.backward: call forward first");
        }
        var d = UnitValues.of(dOut);
        bias.grad().addInPlace(UnitValues.sum(d).reshape(-1));
        gain.grad().addInPlace(UnitValues.sum(d.mul(normalized)).reshape(-1));
        var dNormalized = d.mul(UnitValues.perUnit(gain.value(), d));
        var dScale = UnitValues.sum(dNormalized.mul(normalized)).div(scale).neg();
        var dX = dNormalized.sub(UnitValues.mean(dNormalized)).div(scale);
        addThroughNorm(input, scale, dScale, dX);
        return dX.reshape(dOut.shape().toArray());
    }

    private void addThroughNorm(Tensor x, Tensor s, Tensor dScale, Tensor dX) {
        int n = UnitValues.count(x);
        switch (norm) {
            case L1 -> dX.addInPlace(x.div(x.abs().add(TINY)).mul(dScale.div(n)));
            case L2 -> dX.addInPlace(x.mul(dScale.div(s.mul(n))));
            case L_INFINITY -> {
                int[] positions = UnitValues.largest(x.abs());
                for (int unit = 0; unit < positions.length; unit++) {
                    int at = positions[unit];
                    dX.setFlat(at, dX.getFlat(at) + Math.signum(x.getFlat(at)) * dScale.getFlat(unit));
                }
            }
        }
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
