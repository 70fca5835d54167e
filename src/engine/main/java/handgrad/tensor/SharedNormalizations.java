package handgrad.tensor;

import static handgrad.tensor.Normalizations.arrays;
import static handgrad.tensor.Normalizations.requireFeature;
import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireElements;
import static handgrad.tensor.Requirements.rows;

import handgrad.kernel.norm.BatchNormalization;
import handgrad.kernel.norm.NormalizationArrays;

/**
 * Batch normalisation of some rows of a batch by the statistics of all of them: {@link Normalizations#batchNorm} in two
 * parts, forward and backward, between which the parts of the batch exchange what they have summed. Errors are bounded
 * as there.
 */
public final class SharedNormalizations {
    private SharedNormalizations() {}

    /**
     * The statistics of some rows: mean + rest = Σ x / n, where rest is what the mean was rounded by, and variance =
     * Σ (x - mean)² / n.
     *
     * @param x (…, features), n rows
     * @param mean (features), written
     * @param rest (features), written
     * @param variance (features), written
     * @param inverseDeviation (features), written: (variance + epsilon)^-½
     */
    public static void statistics(
            Tensor x, double epsilon, Tensor mean, Tensor rest, Tensor variance, Tensor inverseDeviation) {
        int features = mean.shape().elements();
        int rows = rows("batchNorm", "x", x, features);
        requireFeature("batchNorm", "rest", mean, rest);
        requireFeature("batchNorm", "variance", mean, variance);
        requireFeature("batchNorm", "inverseDeviation", mean, inverseDeviation);
        require("batchNorm", "x", x, mean.dtype());
        var arrays = arrays(NormalizationArrays.ofMatrix(rows, features), mean, inverseDeviation);
        setRest(arrays, rest);
        arrays.x = x.elements();
        arrays.epsilon = epsilon;
        arrays.divisor = rows;
        arrays.mean = mean.elements();
        arrays.variance = variance.elements();
        BatchNormalization.statistics(arrays);
    }

    /**
     * Normalises some rows: normalized = (x - mean - rest) ∘ inverseDeviation, out = weight ∘ normalized + bias.
     *
     * @param x (…, features)
     * @param weight (features)
     * @param bias (features)
     * @param mean (features) of all rows
     * @param rest (features), what it was rounded by
     * @param inverseDeviation (features) of all rows
     * @param normalized (…, features), written; not x
     * @param out (…, features), written; not x
     */
    public static void normalize(
            Tensor x,
            Tensor weight,
            Tensor bias,
            Tensor mean,
            Tensor rest,
            Tensor inverseDeviation,
            Tensor normalized,
            Tensor out) {
        int features = weight.shape().elements();
        int rows = rows("batchNorm", "x", x, features);
        requireFeature("batchNorm", "bias", weight, bias);
        requireFeature("batchNorm", "mean", weight, mean);
        requireFeature("batchNorm", "rest", weight, rest);
        requireFeature("batchNorm", "inverseDeviation", weight, inverseDeviation);
        requireAlike("batchNorm", "normalized", x, normalized);
        requireAlike("batchNorm", "out", x, out);
        requireApart("batchNorm", "normalized", normalized, "x", x);
        requireApart("batchNorm", "out", out, "x", x);
        require("batchNorm", "x", x, weight.dtype());
        var arrays = arrays(NormalizationArrays.ofMatrix(rows, features), weight, inverseDeviation);
        setRest(arrays, rest);
        arrays.x = x.elements();
        arrays.bias = bias.elements();
        arrays.mean = mean.elements();
        arrays.normalized = normalized.elements();
        arrays.out = out.elements();
        BatchNormalization.normalize(arrays);
    }

    /**
     * The sums of some rows that the gradients are made of: dBias += Σ dOut, dWeight += Σ dOut ∘ normalized.
     *
     * @param dOut (…, features)
     * @param normalized (…, features), as forward wrote it
     * @param dWeight (features), added to
     * @param dBias (features), added to
     * @param means (2, features), overwritten
     */
    public static void sums(Tensor dOut, Tensor normalized, Tensor dWeight, Tensor dBias, Tensor means) {
        int features = dWeight.shape().elements();
        int rows = rows("batchNormBackward", "dOut", dOut, features);
        requireFeature("batchNormBackward", "dBias", dWeight, dBias);
        requireAlike("batchNormBackward", "normalized", dOut, normalized);
        requireMeans(dWeight, means);
        require("batchNormBackward", "dOut", dOut, dWeight.dtype());
        var arrays = arrays(NormalizationArrays.ofMatrix(rows, features), dWeight, dWeight);
        arrays.divisor = rows;
        arrays.dOut = dOut.elements();
        arrays.normalized = normalized.elements();
        arrays.dWeight = dWeight.elements();
        arrays.dBias = dBias.elements();
        arrays.means = means.elements();
        BatchNormalization.backwardSums(arrays);
    }

    /**
     * The gradient of some rows.
     *
     * <pre>
     * dX = weight ∘ inverseDeviation ∘ (dOut - means₀ - normalized ∘ means₁)
     * </pre>
     *
     * @param dOut (…, features)
     * @param normalized (…, features), as forward wrote it
     * @param weight (features)
     * @param inverseDeviation (features), as given to forward
     * @param means (2, features), of all rows: Σ dOut / n and Σ (dOut ∘ normalized) / divisor
     * @param dX (…, features), written; not dOut
     */
    public static void backward(
            Tensor dOut, Tensor normalized, Tensor weight, Tensor inverseDeviation, Tensor means, Tensor dX) {
        int features = weight.shape().elements();
        int rows = rows("batchNormBackward", "dOut", dOut, features);
        requireFeature("batchNormBackward", "inverseDeviation", weight, inverseDeviation);
        requireAlike("batchNormBackward", "normalized", dOut, normalized);
        requireAlike("batchNormBackward", "dX", dOut, dX);
        requireApart("batchNormBackward", "dX", dX, "dOut", dOut);
        requireMeans(weight, means);
        require("batchNormBackward", "dOut", dOut, weight.dtype());
        var arrays = arrays(NormalizationArrays.ofMatrix(rows, features), weight, inverseDeviation);
        arrays.dOut = dOut.elements();
        arrays.normalized = normalized.elements();
        arrays.means = means.elements();
        arrays.dX = dX.elements();
        BatchNormalization.backwardRows(arrays);
    }

    /** In float64 a mean has no rest. */
    private static void setRest(NormalizationArrays arrays, Tensor rest) {
        if (rest.dtype() == DType.FLOAT32) {
            arrays.rest = rest.floats();
        }
    }

    private static void requireMeans(Tensor weight, Tensor means) {
        require("batchNormBackward", "means", means, weight.dtype());
        requireElements("batchNormBackward", "means", means, 2, weight.shape().elements());
    }
}
