package handgrad.tensor;

import static handgrad.tensor.Normalizations.requireFeature;
import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireElements;
import static handgrad.tensor.Requirements.rows;

import handgrad.kernel.norm.NormalizationArrays;
import handgrad.kernel.norm.RmsNormalization;

/**
 * Normalisation by the root mean square of each row, with its backward pass under it, into tensors that the caller
 * owns.
 *
 * <p>In {@link DType#FLOAT32} the work on a row is done in float64 and rounded at its end, so that no square leaves the
 * range. With u = 2⁻²⁴, up to 2²⁰ features, and where no result is below the least normal number: the error of out is
 * at most 2.01 · u · |out|, and that of dX, forward's roundings counted in, at most
 *
 * <pre>
 * 2.01 · u · (|dX| + inverse · |normalized| · Σ |dNormalized ∘ normalized| / features)
 * </pre>
 *
 * That of what is added to dWeight is at most (8 · log₂(rows) + 3) · u · Σ |dOut ∘ normalized| for two rows or more. In
 * {@link DType#FLOAT64} the squares of x have to be in its range. Every set of kernels and every number of threads
 * gives the same bits.
 */
public final class RmsNormalizations {
    private RmsNormalizations() {}

    /**
     * Divides each row of x by its root mean square over its features, then scales.
     *
     * <pre>
     * inverse = (Σ x² / features + epsilon)^-½;  normalized = x ∘ inverse;  out = weight ∘ normalized
     * </pre>
     *
     * @param x (…, features)
     * @param weight (features)
     * @param epsilon added to the mean of the squares before its root
     * @param inverse (…, 1), written
     * @param normalized (…, features), written; not x
     * @param out (…, features), written; neither x nor normalized
     */
    public static void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor inverse, Tensor normalized, Tensor out) {
        int features = weight.shape().elements();
        int rows = rows("rmsNorm", "x", x, features);
        require("rmsNorm", "x", x, weight.dtype());
        require("rmsNorm", "inverse", inverse, weight.dtype());
        requireElements("rmsNorm", "inverse", inverse, rows, 1);
        requireAlike("rmsNorm", "normalized", x, normalized);
        requireAlike("rmsNorm", "out", x, out);
        requireApart("rmsNorm", "normalized", normalized, "x", x);
        requireApart("rmsNorm", "out", out, "x", x);
        requireApart("rmsNorm", "out", out, "normalized", normalized);
        var arrays = Normalizations.arrays(NormalizationArrays.ofMatrix(rows, features), weight, inverse);
        arrays.x = x.elements();
        arrays.epsilon = epsilon;
        arrays.normalized = normalized.elements();
        arrays.out = out.elements();
        RmsNormalization.forward(arrays);
        if (Tracing.isOn()) {
            Tracing.record(Op.NORMALIZE_ROOT_MEAN_SQUARE, new double[] {epsilon}, normalized, x);
            Tracing.record(Op.SCALE_AND_SHIFT, out, normalized, weight);
        }
    }

    /**
     * The gradients of {@link #rmsNorm}; the sum in dX runs over the features of a row, the other over the rows.
     *
     * <pre>
     * dWeight += Σ dOut ∘ normalized;  dNormalized = weight ∘ dOut
     * dX = inverse ∘ (dNormalized - normalized ∘ Σ (dNormalized ∘ normalized) / features)
     * </pre>
     *
     * @param dOut (…, features)
     * @param normalized (…, features), as forward wrote it
     * @param weight (features)
     * @param inverse (…, 1), as forward wrote it
     * @param dWeight (features), added to
     * @param dX (…, features), written; neither dOut nor normalized
     */
    public static void rmsNormBackward(
            Tensor dOut, Tensor normalized, Tensor weight, Tensor inverse, Tensor dWeight, Tensor dX) {
        int features = weight.shape().elements();
        int rows = rows("rmsNormBackward", "dOut", dOut, features);
        requireFeature("rmsNormBackward", "dWeight", weight, dWeight);
        require("rmsNormBackward", "dOut", dOut, weight.dtype());
        require("rmsNormBackward", "inverse", inverse, weight.dtype());
        requireElements("rmsNormBackward", "inverse", inverse, rows, 1);
        requireAlike("rmsNormBackward", "normalized", dOut, normalized);
        requireAlike("rmsNormBackward", "dX", dOut, dX);
        requireApart("rmsNormBackward", "dX", dX, "dOut", dOut);
        requireApart("rmsNormBackward", "dX", dX, "normalized", normalized);
        var arrays = Normalizations.arrays(NormalizationArrays.ofMatrix(rows, features), weight, inverse);
        arrays.normalized = normalized.elements();
        arrays.dOut = dOut.elements();
        arrays.dWeight = dWeight.elements();
        arrays.dX = dX.elements();
        RmsNormalization.backward(arrays);
    }
}
