package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireElements;
import static handgrad.tensor.Requirements.rows;

import handgrad.kernel.norm.BatchNormalization;
import handgrad.kernel.norm.LayerNormalization;
import handgrad.kernel.norm.NormalizationArrays;

/**
 * Batch and layer normalisation of rows, each with its backward pass under it, into tensors that the caller owns. That
 * of images is in {@link ImageNormalizations}.
 *
 * <p>Means, and the sums of a backward pass, have the error of {@link Tensor#sum(int, boolean)}, variances that of
 * {@link Tensor#var(int, Variance, boolean)}, and x - mean is as accurate as x, however large the mean is beside the
 * deviation. Statistics are right also where squares of x leave the range of the type; equal numbers become exactly 0.
 * Every set of kernels and every number of threads gives the same bits.
 */
public final class Normalizations {
    private Normalizations() {}

    /**
     * Normalises x over its rows with their own mean and variance, then scales and shifts.
     *
     * <pre>
     * mean = Σ x / n;  variance = Σ (x - mean)² / divisor;  inverseDeviation = (variance + epsilon)^-½
     * normalized = (x - mean) ∘ inverseDeviation;  out = weight ∘ normalized + bias
     * </pre>
     *
     * @param x (…, features), n rows
     * @param weight (features)
     * @param bias (features)
     * @param divisor n for the biased variance, n - 1 for the unbiased one; at least 1
     * @param mean (features), written
     * @param variance (features), written
     * @param inverseDeviation (features), written
     * @param normalized (…, features), written; not x
     * @param out (…, features), written; not x
     */
    public static void batchNorm(
            Tensor x,
            Tensor weight,
            Tensor bias,
            double epsilon,
            int divisor,
            Tensor mean,
            Tensor variance,
            Tensor inverseDeviation,
            Tensor normalized,
            Tensor out) {
        int features = weight.shape().elements();
        int rows = rows("batchNorm", "x", x, features);
        requireFeature("batchNorm", "bias", weight, bias);
        requireFeature("batchNorm", "mean", weight, mean);
        requireFeature("batchNorm", "variance", weight, variance);
        requireFeature("batchNorm", "inverseDeviation", weight, inverseDeviation);
        requireAlike("batchNorm", "normalized", x, normalized);
        requireAlike("batchNorm", "out", x, out);
        requireApart("batchNorm", "normalized", normalized, "x", x);
        requireApart("batchNorm", "out", out, "x", x);
        require("batchNorm", "x", x, weight.dtype());
        if (divisor < 1) {
            throw new IllegalArgumentException("batchNorm: the variance of x " + x.shape() + " would be divided by "
                    + divisor + "; the unbiased variance wants at least 2 rows");
        }
        var arrays = arrays(NormalizationArrays.ofMatrix(rows, features), weight, inverseDeviation);
        arrays.x = x.elements();
        arrays.bias = bias.elements();
        arrays.epsilon = epsilon;
        arrays.divisor = divisor;
        arrays.mean = mean.elements();
        arrays.variance = variance.elements();
        arrays.normalized = normalized.elements();
        arrays.out = out.elements();
        BatchNormalization.forward(arrays);
        if (Tracing.isOn()) {
            Tracing.record(Op.NORMALIZE_BATCH, new double[] {epsilon, divisor}, normalized, x);
            Tracing.record(Op.SCALE_AND_SHIFT, out, normalized, weight, bias);
        }
    }

    /**
     * The gradients of {@link #batchNorm}.
     *
     * <pre>
     * dBias += Σ dOut;  dWeight += Σ dOut ∘ normalized;  dNormalized = weight ∘ dOut
     * dX = inverseDeviation ∘ (dNormalized - Σ dNormalized / n - normalized ∘ Σ (dNormalized ∘ normalized) / divisor)
     * </pre>
     *
     * @param dOut (…, features)
     * @param normalized (…, features), as forward wrote it
     * @param weight (features)
     * @param inverseDeviation (features), as forward wrote it
     * @param divisor as given to forward
     * @param dWeight (features), added to
     * @param dBias (features), added to
     * @param dX (…, features), written; not dOut
     */
    public static void batchNormBackward(
            Tensor dOut,
            Tensor normalized,
            Tensor weight,
            Tensor inverseDeviation,
            int divisor,
            Tensor dWeight,
            Tensor dBias,
            Tensor dX) {
        int features = weight.shape().elements();
        int rows = rows("batchNormBackward", "dOut", dOut, features);
        requireFeature("batchNormBackward", "inverseDeviation", weight, inverseDeviation);
        requireFeature("batchNormBackward", "dWeight", weight, dWeight);
        requireFeature("batchNormBackward", "dBias", weight, dBias);
        requireAlike("batchNormBackward", "normalized", dOut, normalized);
        requireAlike("batchNormBackward", "dX", dOut, dX);
        require("batchNormBackward", "dOut", dOut, weight.dtype());
        var arrays = arrays(NormalizationArrays.ofMatrix(rows, features), weight, inverseDeviation);
        arrays.divisor = divisor;
        arrays.normalized = normalized.elements();
        setGradients(arrays, dOut, dWeight, dBias, dX);
        BatchNormalization.backward(arrays);
    }

    /**
     * Normalises x with given statistics: normalized = (x - mean) ∘ inverseDeviation, out = weight ∘ normalized + bias.
     *
     * @param x (…, features)
     * @param weight (features)
     * @param bias (features)
     * @param mean (features)
     * @param inverseDeviation (features)
     * @param normalized (…, features), written
     * @param out (…, features), written
     */
    public static void batchNormEvaluation(
            Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor inverseDeviation, Tensor normalized, Tensor out) {
        int features = weight.shape().elements();
        int rows = rows("batchNorm", "x", x, features);
        requireFeature("batchNorm", "bias", weight, bias);
        requireFeature("batchNorm", "mean", weight, mean);
        requireFeature("batchNorm", "inverseDeviation", weight, inverseDeviation);
        requireAlike("batchNorm", "normalized", x, normalized);
        requireAlike("batchNorm", "out", x, out);
        require("batchNorm", "x", x, weight.dtype());
        var arrays = arrays(NormalizationArrays.ofMatrix(rows, features), weight, inverseDeviation);
        arrays.x = x.elements();
        arrays.bias = bias.elements();
        arrays.mean = mean.elements();
        arrays.normalized = normalized.elements();
        arrays.out = out.elements();
        BatchNormalization.apply(arrays);
        if (Tracing.isOn()) {
            Tracing.record(Op.NORMALIZE, normalized, x, mean, inverseDeviation);
            Tracing.record(Op.SCALE_AND_SHIFT, out, normalized, weight, bias);
        }
    }

    /**
     * The gradients of {@link #batchNormEvaluation}, whose statistics are constants: dBias += Σ dOut, dWeight += Σ dOut
     * ∘ normalized, dX = weight ∘ inverseDeviation ∘ dOut.
     *
     * @param dOut (…, features)
     * @param normalized (…, features), as forward wrote it
     * @param weight (features)
     * @param inverseDeviation (features)
     * @param dWeight (features), added to
     * @param dBias (features), added to
     * @param dX (…, features), written
     */
    public static void batchNormEvaluationBackward(
            Tensor dOut,
            Tensor normalized,
            Tensor weight,
            Tensor inverseDeviation,
            Tensor dWeight,
            Tensor dBias,
            Tensor dX) {
        int features = weight.shape().elements();
        rows("batchNormBackward", "dOut", dOut, features);
        requireFeature("batchNormBackward", "inverseDeviation", weight, inverseDeviation);
        requireFeature("batchNormBackward", "dWeight", weight, dWeight);
        requireFeature("batchNormBackward", "dBias", weight, dBias);
        requireAlike("batchNormBackward", "normalized", dOut, normalized);
        requireAlike("batchNormBackward", "dX", dOut, dX);
        dBias.reshape(features).addInPlace(dOut.reshape(-1, features).sum(0));
        dWeight.reshape(features)
                .addInPlace(dOut.mul(normalized).reshape(-1, features).sum(0));
        dX.copyFrom(dOut.mul(weight.reshape(features)).mul(inverseDeviation.reshape(features)));
    }

    /**
     * Normalises each row of x over its features with their own mean and variance, then scales and shifts.
     *
     * <pre>
     * mean = Σ x / features;  variance = Σ (x - mean)² / features;  inverseDeviation = (variance + epsilon)^-½
     * normalized = (x - mean) ∘ inverseDeviation;  out = weight ∘ normalized + bias
     * </pre>
     *
     * @param x (…, features)
     * @param weight (features)
     * @param bias (features)
     * @param inverseDeviation (…, 1), written
     * @param normalized (…, features), written; not x
     * @param out (…, features), written; neither x nor normalized
     */
    public static void layerNorm(
            Tensor x,
            Tensor weight,
            Tensor bias,
            double epsilon,
            Tensor inverseDeviation,
            Tensor normalized,
            Tensor out) {
        int features = weight.shape().elements();
        int rows = rows("layerNorm", "x", x, features);
        requireFeature("layerNorm", "bias", weight, bias);
        require("layerNorm", "x", x, weight.dtype());
        require("layerNorm", "inverseDeviation", inverseDeviation, weight.dtype());
        requireElements("layerNorm", "inverseDeviation", inverseDeviation, rows, 1);
        requireAlike("layerNorm", "normalized", x, normalized);
        requireAlike("layerNorm", "out", x, out);
        requireApart("layerNorm", "normalized", normalized, "x", x);
        requireApart("layerNorm", "out", out, "x", x);
        requireApart("layerNorm", "out", out, "normalized", normalized);
        var arrays = arrays(NormalizationArrays.ofMatrix(rows, features), weight, inverseDeviation);
        arrays.x = x.elements();
        arrays.bias = bias.elements();
        arrays.epsilon = epsilon;
        arrays.normalized = normalized.elements();
        arrays.out = out.elements();
        LayerNormalization.forward(arrays);
        if (Tracing.isOn()) {
            Tracing.record(Op.NORMALIZE_ROWS, new double[] {epsilon}, normalized, x);
            Tracing.record(Op.SCALE_AND_SHIFT, out, normalized, weight, bias);
        }
    }

    /**
     * The gradients of {@link #layerNorm}; the sums in dX run over the features of a row, the others over the rows.
     *
     * <pre>
     * dBias += Σ dOut;  dWeight += Σ dOut ∘ normalized;  dNormalized = weight ∘ dOut
     * dX = inverseDeviation ∘ (dNormalized - Σ dNormalized / features
     *                          - normalized ∘ Σ (dNormalized ∘ normalized) / features)
     * </pre>
     *
     * @param dOut (…, features)
     * @param normalized (…, features), as forward wrote it
     * @param weight (features)
     * @param inverseDeviation (…, 1), as forward wrote it
     * @param dWeight (features), added to
     * @param dBias (features), added to
     * @param dX (…, features), written; neither dOut nor normalized
     */
    public static void layerNormBackward(
            Tensor dOut,
            Tensor normalized,
            Tensor weight,
            Tensor inverseDeviation,
            Tensor dWeight,
            Tensor dBias,
            Tensor dX) {
        int features = weight.shape().elements();
        int rows = rows("layerNormBackward", "dOut", dOut, features);
        requireFeature("layerNormBackward", "dWeight", weight, dWeight);
        requireFeature("layerNormBackward", "dBias", weight, dBias);
        require("layerNormBackward", "dOut", dOut, weight.dtype());
        require("layerNormBackward", "inverseDeviation", inverseDeviation, weight.dtype());
        requireElements("layerNormBackward", "inverseDeviation", inverseDeviation, rows, 1);
        requireAlike("layerNormBackward", "normalized", dOut, normalized);
        requireAlike("layerNormBackward", "dX", dOut, dX);
        requireApart("layerNormBackward", "dX", dX, "dOut", dOut);
        requireApart("layerNormBackward", "dX", dX, "normalized", normalized);
        var arrays = arrays(NormalizationArrays.ofMatrix(rows, features), weight, inverseDeviation);
        arrays.divisor = rows;
        arrays.normalized = normalized.elements();
        setGradients(arrays, dOut, dWeight, dBias, dX);
        LayerNormalization.backward(arrays);
    }

    /** Sets what forward and backward read. */
    static NormalizationArrays arrays(NormalizationArrays arrays, Tensor weight, Tensor inverseDeviation) {
        arrays.weight = weight.elements();
        arrays.inverseDeviation = inverseDeviation.elements();
        return arrays;
    }

    /** Sets what only backward reads and writes. */
    static void setGradients(NormalizationArrays arrays, Tensor dOut, Tensor dWeight, Tensor dBias, Tensor dX) {
        arrays.dOut = dOut.elements();
        arrays.dWeight = dWeight.elements();
        arrays.dBias = dBias.elements();
        arrays.dX = dX.elements();
    }

    static void requireFeature(String operation, String name, Tensor weight, Tensor tensor) {
        require(operation, name, tensor, weight.dtype());
        requireElements(operation, name, tensor, 1, weight.shape().elements());
    }
}
