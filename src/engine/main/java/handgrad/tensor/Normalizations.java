package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireElements;
import static handgrad.tensor.Requirements.rows;

import handgrad.kernel.norm.BatchNormalization;
import handgrad.kernel.norm.LayerNormalization;
import handgrad.kernel.norm.NormalizationArrays;
import handgrad.kernel.norm.SpatialBatchNormalization;

/** Batch and layer normalisation, each with its backward pass under it, into tensors that the caller owns. */
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
            Tracing.tell(Op.NORMALIZE_BATCH, new double[] {epsilon, divisor}, normalized, x);
            Tracing.tell(Op.SCALE_AND_SHIFT, out, normalized, weight, bias);
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
            Tracing.tell(Op.NORMALIZE, normalized, x, mean, inverseDeviation);
            Tracing.tell(Op.SCALE_AND_SHIFT, out, normalized, weight, bias);
        }
    }

    /**
     * The gradients of {@link #batchNormEvaluation}, whose statistics are constants: dBias += Σ dOut, dWeight += Σ dOut ∘
     * normalized, dX = weight ∘ inverseDeviation ∘ dOut.
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
            Tracing.tell(Op.NORMALIZE_ROWS, new double[] {epsilon}, normalized, x);
            Tracing.tell(Op.SCALE_AND_SHIFT, out, normalized, weight, bias);
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
        arrays.normalized = normalized.elements();
        setGradients(arrays, dOut, dWeight, dBias, dX);
        LayerNormalization.backward(arrays);
    }

    /**
     * Normalises each channel of images with its own mean and variance over the batch and all pixels, n values, then scales
     * and shifts.
     *
     * <pre>
     * mean = Σ x / n;  variance = Σ (x - mean)² / divisor;  inverseDeviation = (variance + epsilon)^-½
     * out = weight ∘ (x - mean) ∘ inverseDeviation + bias
     * </pre>
     *
     * @param x (N, channels, height, width)
     * @param weight (channels)
     * @param bias (channels)
     * @param divisor n for the biased variance, n - 1 for the unbiased one; at least 1
     * @param mean (channels), written
     * @param variance (channels), written
     * @param inverseDeviation (channels), written
     * @param out (N, channels, height, width), written; not x
     */
    public static void batchNorm2d(
            Tensor x,
            Tensor weight,
            Tensor bias,
            double epsilon,
            int divisor,
            Tensor mean,
            Tensor variance,
            Tensor inverseDeviation,
            Tensor out) {
        int area = requireImages("batchNorm2d", "x", x, weight);
        requireFeature("batchNorm2d", "bias", weight, bias);
        requireFeature("batchNorm2d", "mean", weight, mean);
        requireFeature("batchNorm2d", "variance", weight, variance);
        requireFeature("batchNorm2d", "inverseDeviation", weight, inverseDeviation);
        requireAlike("batchNorm2d", "out", x, out);
        requireApart("batchNorm2d", "out", out, "x", x);
        if (divisor < 1) {
            throw new IllegalArgumentException("batchNorm2d: the variance of x " + x.shape() + " would be divided by "
                    + divisor + "; the unbiased variance wants at least 2 values of a channel");
        }
        var arrays = arrays(NormalizationArrays.ofImages(x.size(0), x.size(1), area), weight, inverseDeviation);
        arrays.x = x.elements();
        arrays.bias = bias.elements();
        arrays.epsilon = epsilon;
        arrays.divisor = divisor;
        arrays.mean = mean.elements();
        arrays.variance = variance.elements();
        arrays.out = out.elements();
        SpatialBatchNormalization.forward(arrays);
        if (Tracing.isOn()) {
            Tracing.tell(Op.BATCH_NORM2D, new double[] {epsilon, divisor}, out, x, weight, bias);
        }
    }

    /**
     * Normalises images with given statistics: out = weight ∘ (x - mean) ∘ inverseDeviation + bias.
     *
     * @param x (N, channels, height, width)
     * @param weight (channels)
     * @param bias (channels)
     * @param mean (channels)
     * @param inverseDeviation (channels)
     * @param out (N, channels, height, width), written
     */
    public static void batchNorm2dEvaluation(
            Tensor x, Tensor weight, Tensor bias, Tensor mean, Tensor inverseDeviation, Tensor out) {
        int area = requireImages("batchNorm2d", "x", x, weight);
        requireFeature("batchNorm2d", "bias", weight, bias);
        requireFeature("batchNorm2d", "mean", weight, mean);
        requireFeature("batchNorm2d", "inverseDeviation", weight, inverseDeviation);
        requireAlike("batchNorm2d", "out", x, out);
        var arrays = arrays(NormalizationArrays.ofImages(x.size(0), x.size(1), area), weight, inverseDeviation);
        arrays.x = x.elements();
        arrays.bias = bias.elements();
        arrays.mean = mean.elements();
        arrays.out = out.elements();
        SpatialBatchNormalization.apply(arrays);
        if (Tracing.isOn()) {
            Tracing.tell(Op.BATCH_NORM2D, out, x, weight, bias, mean, inverseDeviation);
        }
    }

    /**
     * The gradients of {@link #batchNorm2d}, and with a divisor of 0 those of {@link #batchNorm2dEvaluation}, where the
     * statistics are constants and the two sums in dX fall away.
     *
     * <pre>
     * normalized = (x - mean) ∘ inverseDeviation
     * dBias += Σ dOut;  dWeight += Σ dOut ∘ normalized;  dNormalized = weight ∘ dOut
     * dX = inverseDeviation ∘ (dNormalized - Σ dNormalized / n - normalized ∘ Σ (dNormalized ∘ normalized) / divisor)
     * </pre>
     *
     * @param dOut (N, channels, height, width)
     * @param x (N, channels, height, width), as given to forward
     * @param weight (channels)
     * @param mean (channels), that of the forward pass
     * @param inverseDeviation (channels), that of the forward pass
     * @param divisor as given to forward
     * @param dWeight (channels), added to
     * @param dBias (channels), added to
     * @param dX (N, channels, height, width), written; may be dOut, but not x
     */
    public static void batchNorm2dBackward(
            Tensor dOut,
            Tensor x,
            Tensor weight,
            Tensor mean,
            Tensor inverseDeviation,
            int divisor,
            Tensor dWeight,
            Tensor dBias,
            Tensor dX) {
        int area = requireImages("batchNorm2dBackward", "dOut", dOut, weight);
        requireFeature("batchNorm2dBackward", "mean", weight, mean);
        requireFeature("batchNorm2dBackward", "inverseDeviation", weight, inverseDeviation);
        requireFeature("batchNorm2dBackward", "dWeight", weight, dWeight);
        requireFeature("batchNorm2dBackward", "dBias", weight, dBias);
        requireAlike("batchNorm2dBackward", "x", dOut, x);
        requireAlike("batchNorm2dBackward", "dX", dOut, dX);
        requireApart("batchNorm2dBackward", "dX", dX, "x", x);
        var arrays = arrays(NormalizationArrays.ofImages(x.size(0), x.size(1), area), weight, inverseDeviation);
        arrays.x = x.elements();
        arrays.divisor = divisor;
        arrays.mean = mean.elements();
        setGradients(arrays, dOut, dWeight, dBias, dX);
        SpatialBatchNormalization.backward(arrays);
    }

    /** Sets what forward and backward read. */
    private static NormalizationArrays arrays(NormalizationArrays arrays, Tensor weight, Tensor inverseDeviation) {
        arrays.weight = weight.elements();
        arrays.inverseDeviation = inverseDeviation.elements();
        return arrays;
    }

    /** Sets what only backward reads and writes. */
    private static void setGradients(NormalizationArrays arrays, Tensor dOut, Tensor dWeight, Tensor dBias, Tensor dX) {
        arrays.dOut = dOut.elements();
        arrays.dWeight = dWeight.elements();
        arrays.dBias = dBias.elements();
        arrays.dX = dX.elements();
    }

    /** The pixels of a plane of images with one channel for each element of the weight. */
    private static int requireImages(String operation, String name, Tensor images, Tensor weight) {
        int channels = weight.shape().elements();
        require(operation, name, images, weight.dtype());
        if (images.shape().rank() != 4 || images.size(1) != channels) {
            throw new IllegalArgumentException(
                    operation + ": wants (N, " + channels + ", height, width), " + name + " is " + images.shape());
        }
        return images.size(2) * images.size(3);
    }

    private static void requireFeature(String operation, String name, Tensor weight, Tensor tensor) {
        require(operation, name, tensor, weight.dtype());
        requireElements(operation, name, tensor, 1, weight.shape().elements());
    }
}
