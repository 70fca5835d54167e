package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireElements;
import static handgrad.tensor.Requirements.rows;

import handgrad.kernel.norm.BatchNormalization;
import handgrad.kernel.norm.LayerNormalization;
import handgrad.kernel.norm.SpatialBatchNormalization;

/** Batch and layer normalisation, each with its backward pass under it, into tensors that the caller owns. */
public final class Normalizations {
    private Normalizations() {}
    /**
     * Normalises x over its rows with their own mean and variance, then scales and shifts.
     *
     * <pre>
     * mean = Σ x / n;  variance = Σ (x - mean)² / divisor;  inverseDeviation = (variance + epsilon)^-½
     * normalized = (x - mean) ∘ inverseDeviation;  out = gain ∘ normalized + bias
     * </pre>
     *
     * @param x (…, features), n rows
     * @param gain (features)
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
            Tensor gain,
            Tensor bias,
            double epsilon,
            int divisor,
            Tensor mean,
            Tensor variance,
            Tensor inverseDeviation,
            Tensor normalized,
            Tensor out) {
        int features = gain.shape().elements();
        int rows = rows("batchNorm", "x", x, features);
        requireFeature("batchNorm", "bias", gain, bias);
        requireFeature("batchNorm", "mean", gain, mean);
        requireFeature("batchNorm", "variance", gain, variance);
        requireFeature("batchNorm", "inverseDeviation", gain, inverseDeviation);
        requireAlike("batchNorm", "normalized", x, normalized);
        requireAlike("batchNorm", "out", x, out);
        requireApart("batchNorm", "normalized", normalized, "x", x);
        requireApart("batchNorm", "out", out, "x", x);
        require("batchNorm", "x", x, gain.dtype());
        if (divisor < 1) {
            throw new IllegalArgumentException("batchNorm: the variance of x " + x.shape() + " would be divided by "
                    + divisor + "; the unbiased variance wants at least 2 rows");
        }
        if (x.dtype() == DType.FLOAT32) {
            BatchNormalization.forward(
                    x.floats(),
                    rows,
                    features,
                    gain.floats(),
                    bias.floats(),
                    (float) epsilon,
                    divisor,
                    mean.floats(),
                    variance.floats(),
                    inverseDeviation.floats(),
                    normalized.floats(),
                    out.floats());
        } else {
            BatchNormalization.forward(
                    x.doubles(),
                    rows,
                    features,
                    gain.doubles(),
                    bias.doubles(),
                    epsilon,
                    divisor,
                    mean.doubles(),
                    variance.doubles(),
                    inverseDeviation.doubles(),
                    normalized.doubles(),
                    out.doubles());
        }
        if (Tracing.isOn()) {
            Tracing.tell(Op.NORMALIZE_BATCH, new double[] {epsilon, divisor}, normalized, x);
            Tracing.tell(Op.SCALE_AND_SHIFT, out, normalized, gain, bias);
        }
    }

    /**
     * The gradients of {@link #batchNorm}.
     *
     * <pre>
     * dBias += Σ dOut;  dGain += Σ dOut ∘ normalized;  dNormalized = gain ∘ dOut
     * dX = inverseDeviation ∘ (dNormalized - Σ dNormalized / n - normalized ∘ Σ (dNormalized ∘ normalized) / divisor)
     * </pre>
     *
     * @param dOut (…, features)
     * @param normalized (…, features), as forward wrote it
     * @param gain (features)
     * @param inverseDeviation (features), as forward wrote it
     * @param divisor as given to forward
     * @param dGain (features), added to
     * @param dBias (features), added to
     * @param dX (…, features), written; not dOut
     */
    public static void batchNormBackward(
            Tensor dOut,
            Tensor normalized,
            Tensor gain,
            Tensor inverseDeviation,
            int divisor,
            Tensor dGain,
            Tensor dBias,
            Tensor dX) {
        int features = gain.shape().elements();
        int rows = rows("batchNormBackward", "dOut", dOut, features);
        requireFeature("batchNormBackward", "inverseDeviation", gain, inverseDeviation);
        requireFeature("batchNormBackward", "dGain", gain, dGain);
        requireFeature("batchNormBackward", "dBias", gain, dBias);
        requireAlike("batchNormBackward", "normalized", dOut, normalized);
        requireAlike("batchNormBackward", "dX", dOut, dX);
        require("batchNormBackward", "dOut", dOut, gain.dtype());
        if (dOut.dtype() == DType.FLOAT32) {
            BatchNormalization.backward(
                    dOut.floats(),
                    normalized.floats(),
                    rows,
                    features,
                    gain.floats(),
                    inverseDeviation.floats(),
                    divisor,
                    dGain.floats(),
                    dBias.floats(),
                    dX.floats());
        } else {
            BatchNormalization.backward(
                    dOut.doubles(),
                    normalized.doubles(),
                    rows,
                    features,
                    gain.doubles(),
                    inverseDeviation.doubles(),
                    divisor,
                    dGain.doubles(),
                    dBias.doubles(),
                    dX.doubles());
        }
    }

    /**
     * Normalises x with given statistics: normalized = (x - mean) ∘ inverseDeviation, out = gain ∘ normalized + bias.
     *
     * @param x (…, features)
     * @param gain (features)
     * @param bias (features)
     * @param mean (features)
     * @param inverseDeviation (features)
     * @param normalized (…, features), written
     * @param out (…, features), written
     */
    public static void batchNormEvaluation(
            Tensor x, Tensor gain, Tensor bias, Tensor mean, Tensor inverseDeviation, Tensor normalized, Tensor out) {
        int features = gain.shape().elements();
        int rows = rows("batchNorm", "x", x, features);
        requireFeature("batchNorm", "bias", gain, bias);
        requireFeature("batchNorm", "mean", gain, mean);
        requireFeature("batchNorm", "inverseDeviation", gain, inverseDeviation);
        requireAlike("batchNorm", "normalized", x, normalized);
        requireAlike("batchNorm", "out", x, out);
        require("batchNorm", "x", x, gain.dtype());
        if (x.dtype() == DType.FLOAT32) {
            BatchNormalization.apply(
                    x.floats(),
                    rows,
                    features,
                    gain.floats(),
                    bias.floats(),
                    mean.floats(),
                    inverseDeviation.floats(),
                    normalized.floats(),
                    out.floats());
        } else {
            BatchNormalization.apply(
                    x.doubles(),
                    rows,
                    features,
                    gain.doubles(),
                    bias.doubles(),
                    mean.doubles(),
                    inverseDeviation.doubles(),
                    normalized.doubles(),
                    out.doubles());
        }
        if (Tracing.isOn()) {
            Tracing.tell(Op.NORMALIZE, normalized, x, mean, inverseDeviation);
            Tracing.tell(Op.SCALE_AND_SHIFT, out, normalized, gain, bias);
        }
    }

    /**
     * The gradients of {@link #batchNormEvaluation}, whose statistics are constants: dBias += Σ dOut, dGain += Σ dOut ∘
     * normalized, dX = gain ∘ inverseDeviation ∘ dOut.
     *
     * @param dOut (…, features)
     * @param normalized (…, features), as forward wrote it
     * @param gain (features)
     * @param inverseDeviation (features)
     * @param dGain (features), added to
     * @param dBias (features), added to
     * @param dX (…, features), written
     */
    public static void batchNormEvaluationBackward(
            Tensor dOut,
            Tensor normalized,
            Tensor gain,
            Tensor inverseDeviation,
            Tensor dGain,
            Tensor dBias,
            Tensor dX) {
        int features = gain.shape().elements();
        rows("batchNormBackward", "dOut", dOut, features);
        requireFeature("batchNormBackward", "inverseDeviation", gain, inverseDeviation);
        requireFeature("batchNormBackward", "dGain", gain, dGain);
        requireFeature("batchNormBackward", "dBias", gain, dBias);
        requireAlike("batchNormBackward", "normalized", dOut, normalized);
        requireAlike("batchNormBackward", "dX", dOut, dX);
        dBias.reshape(features).addInPlace(dOut.reshape(-1, features).sum(0));
        dGain.reshape(features)
                .addInPlace(dOut.mul(normalized).reshape(-1, features).sum(0));
        dX.copyFrom(dOut.mul(gain.reshape(features)).mul(inverseDeviation.reshape(features)));
    }

    /**
     * Normalises each row of x over its features with their own mean and variance, then scales and shifts.
     *
     * <pre>
     * mean = Σ x / features;  variance = Σ (x - mean)² / features;  inverseDeviation = (variance + epsilon)^-½
     * normalized = (x - mean) ∘ inverseDeviation;  out = gain ∘ normalized + bias
     * </pre>
     *
     * @param x (…, features)
     * @param gain (features)
     * @param bias (features)
     * @param inverseDeviation (…, 1), written
     * @param normalized (…, features), written; not x
     * @param out (…, features), written; neither x nor normalized
     */
    public static void layerNorm(
            Tensor x,
            Tensor gain,
            Tensor bias,
            double epsilon,
            Tensor inverseDeviation,
            Tensor normalized,
            Tensor out) {
        int features = gain.shape().elements();
        int rows = rows("layerNorm", "x", x, features);
        requireFeature("layerNorm", "bias", gain, bias);
        require("layerNorm", "x", x, gain.dtype());
        require("layerNorm", "inverseDeviation", inverseDeviation, gain.dtype());
        requireElements("layerNorm", "inverseDeviation", inverseDeviation, rows, 1);
        requireAlike("layerNorm", "normalized", x, normalized);
        requireAlike("layerNorm", "out", x, out);
        requireApart("layerNorm", "normalized", normalized, "x", x);
        requireApart("layerNorm", "out", out, "x", x);
        requireApart("layerNorm", "out", out, "normalized", normalized);
        if (x.dtype() == DType.FLOAT32) {
            LayerNormalization.forward(
                    x.floats(),
                    rows,
                    features,
                    gain.floats(),
                    bias.floats(),
                    (float) epsilon,
                    inverseDeviation.floats(),
                    normalized.floats(),
                    out.floats());
        } else {
            LayerNormalization.forward(
                    x.doubles(),
                    rows,
                    features,
                    gain.doubles(),
                    bias.doubles(),
                    epsilon,
                    inverseDeviation.doubles(),
                    normalized.doubles(),
                    out.doubles());
        }
        if (Tracing.isOn()) {
            Tracing.tell(Op.NORMALIZE_ROWS, new double[] {epsilon}, normalized, x);
            Tracing.tell(Op.SCALE_AND_SHIFT, out, normalized, gain, bias);
        }
    }

    /**
     * The gradients of {@link #layerNorm}; the sums in dX run over the features of a row, the others over the rows.
     *
     * <pre>
     * dBias += Σ dOut;  dGain += Σ dOut ∘ normalized;  dNormalized = gain ∘ dOut
     * dX = inverseDeviation ∘ (dNormalized - Σ dNormalized / features
     *                          - normalized ∘ Σ (dNormalized ∘ normalized) / features)
     * </pre>
     *
     * @param dOut (…, features)
     * @param normalized (…, features), as forward wrote it
     * @param gain (features)
     * @param inverseDeviation (…, 1), as forward wrote it
     * @param dGain (features), added to
     * @param dBias (features), added to
     * @param dX (…, features), written; neither dOut nor normalized
     */
    public static void layerNormBackward(
            Tensor dOut,
            Tensor normalized,
            Tensor gain,
            Tensor inverseDeviation,
            Tensor dGain,
            Tensor dBias,
            Tensor dX) {
        int features = gain.shape().elements();
        int rows = rows("layerNormBackward", "dOut", dOut, features);
        requireFeature("layerNormBackward", "dGain", gain, dGain);
        requireFeature("layerNormBackward", "dBias", gain, dBias);
        require("layerNormBackward", "dOut", dOut, gain.dtype());
        require("layerNormBackward", "inverseDeviation", inverseDeviation, gain.dtype());
        requireElements("layerNormBackward", "inverseDeviation", inverseDeviation, rows, 1);
        requireAlike("layerNormBackward", "normalized", dOut, normalized);
        requireAlike("layerNormBackward", "dX", dOut, dX);
        requireApart("layerNormBackward", "dX", dX, "dOut", dOut);
        requireApart("layerNormBackward", "dX", dX, "normalized", normalized);
        if (dOut.dtype() == DType.FLOAT32) {
            LayerNormalization.backward(
                    dOut.floats(),
                    normalized.floats(),
                    rows,
                    features,
                    gain.floats(),
                    inverseDeviation.floats(),
                    dGain.floats(),
                    dBias.floats(),
                    dX.floats());
        } else {
            LayerNormalization.backward(
                    dOut.doubles(),
                    normalized.doubles(),
                    rows,
                    features,
                    gain.doubles(),
                    inverseDeviation.doubles(),
                    dGain.doubles(),
                    dBias.doubles(),
                    dX.doubles());
        }
    }

    /**
     * Normalises each channel of images with its own mean and variance over the batch and all pixels, n values, then scales
     * and shifts.
     *
     * <pre>
     * mean = Σ x / n;  variance = Σ (x - mean)² / divisor;  inverseDeviation = (variance + epsilon)^-½
     * out = gain ∘ (x - mean) ∘ inverseDeviation + bias
     * </pre>
     *
     * @param x (N, channels, height, width)
     * @param gain (channels)
     * @param bias (channels)
     * @param divisor n for the biased variance, n - 1 for the unbiased one; at least 1
     * @param mean (channels), written
     * @param variance (channels), written
     * @param inverseDeviation (channels), written
     * @param out (N, channels, height, width), written; not x
     */
    public static void batchNorm2d(
            Tensor x,
            Tensor gain,
            Tensor bias,
            double epsilon,
            int divisor,
            Tensor mean,
            Tensor variance,
            Tensor inverseDeviation,
            Tensor out) {
        int area = requireImages("batchNorm2d", "x", x, gain);
        requireFeature("batchNorm2d", "bias", gain, bias);
        requireFeature("batchNorm2d", "mean", gain, mean);
        requireFeature("batchNorm2d", "variance", gain, variance);
        requireFeature("batchNorm2d", "inverseDeviation", gain, inverseDeviation);
        requireAlike("batchNorm2d", "out", x, out);
        requireApart("batchNorm2d", "out", out, "x", x);
        if (divisor < 1) {
            throw new IllegalArgumentException("batchNorm2d: the variance of x " + x.shape() + " would be divided by "
                    + divisor + "; the unbiased variance wants at least 2 values of a channel");
        }
        if (x.dtype() == DType.FLOAT32) {
            SpatialBatchNormalization.forward(
                    x.floats(),
                    x.size(0),
                    x.size(1),
                    area,
                    gain.floats(),
                    bias.floats(),
                    (float) epsilon,
                    divisor,
                    mean.floats(),
                    variance.floats(),
                    inverseDeviation.floats(),
                    out.floats());
        } else {
            SpatialBatchNormalization.forward(
                    x.doubles(),
                    x.size(0),
                    x.size(1),
                    area,
                    gain.doubles(),
                    bias.doubles(),
                    epsilon,
                    divisor,
                    mean.doubles(),
                    variance.doubles(),
                    inverseDeviation.doubles(),
                    out.doubles());
        }
        if (Tracing.isOn()) {
            Tracing.tell(Op.BATCH_NORM2D, new double[] {epsilon, divisor}, out, x, gain, bias);
        }
    }

    /**
     * Normalises images with given statistics: out = gain ∘ (x - mean) ∘ inverseDeviation + bias.
     *
     * @param x (N, channels, height, width)
     * @param gain (channels)
     * @param bias (channels)
     * @param mean (channels)
     * @param inverseDeviation (channels)
     * @param out (N, channels, height, width), written
     */
    public static void batchNorm2dEvaluation(
            Tensor x, Tensor gain, Tensor bias, Tensor mean, Tensor inverseDeviation, Tensor out) {
        int area = requireImages("batchNorm2d", "x", x, gain);
        requireFeature("batchNorm2d", "bias", gain, bias);
        requireFeature("batchNorm2d", "mean", gain, mean);
        requireFeature("batchNorm2d", "inverseDeviation", gain, inverseDeviation);
        requireAlike("batchNorm2d", "out", x, out);
        if (x.dtype() == DType.FLOAT32) {
            SpatialBatchNormalization.apply(
                    x.floats(),
                    x.size(0),
                    x.size(1),
                    area,
                    gain.floats(),
                    bias.floats(),
                    mean.floats(),
                    inverseDeviation.floats(),
                    out.floats());
        } else {
            SpatialBatchNormalization.apply(
                    x.doubles(),
                    x.size(0),
                    x.size(1),
                    area,
                    gain.doubles(),
                    bias.doubles(),
                    mean.doubles(),
                    inverseDeviation.doubles(),
                    out.doubles());
        }
        if (Tracing.isOn()) {
            Tracing.tell(Op.BATCH_NORM2D, out, x, gain, bias, mean, inverseDeviation);
        }
    }

    /**
     * The gradients of {@link #batchNorm2d}, and with a divisor of 0 those of {@link #batchNorm2dEvaluation}, where the
     * statistics are constants and the two sums in dX fall away.
     *
     * <pre>
     * normalized = (x - mean) ∘ inverseDeviation
     * dBias += Σ dOut;  dGain += Σ dOut ∘ normalized;  dNormalized = gain ∘ dOut
     * dX = inverseDeviation ∘ (dNormalized - Σ dNormalized / n - normalized ∘ Σ (dNormalized ∘ normalized) / divisor)
     * </pre>
     *
     * @param dOut (N, channels, height, width)
     * @param x (N, channels, height, width), as given to forward
     * @param gain (channels)
     * @param mean (channels), that of the forward pass
     * @param inverseDeviation (channels), that of the forward pass
     * @param divisor as given to forward
     * @param dGain (channels), added to
     * @param dBias (channels), added to
     * @param dX (N, channels, height, width), written; may be dOut, but not x
     */
    public static void batchNorm2dBackward(
            Tensor dOut,
            Tensor x,
            Tensor gain,
            Tensor mean,
            Tensor inverseDeviation,
            int divisor,
            Tensor dGain,
            Tensor dBias,
            Tensor dX) {
        int area = requireImages("batchNorm2dBackward", "dOut", dOut, gain);
        requireFeature("batchNorm2dBackward", "mean", gain, mean);
        requireFeature("batchNorm2dBackward", "inverseDeviation", gain, inverseDeviation);
        requireFeature("batchNorm2dBackward", "dGain", gain, dGain);
        requireFeature("batchNorm2dBackward", "dBias", gain, dBias);
        requireAlike("batchNorm2dBackward", "x", dOut, x);
        requireAlike("batchNorm2dBackward", "dX", dOut, dX);
        requireApart("batchNorm2dBackward", "dX", dX, "x", x);
        if (dOut.dtype() == DType.FLOAT32) {
            SpatialBatchNormalization.backward(
                    dOut.floats(),
                    x.floats(),
                    dOut.size(0),
                    dOut.size(1),
                    area,
                    gain.floats(),
                    mean.floats(),
                    inverseDeviation.floats(),
                    divisor,
                    dGain.floats(),
                    dBias.floats(),
                    dX.floats());
        } else {
            SpatialBatchNormalization.backward(
                    dOut.doubles(),
                    x.doubles(),
                    dOut.size(0),
                    dOut.size(1),
                    area,
                    gain.doubles(),
                    mean.doubles(),
                    inverseDeviation.doubles(),
                    divisor,
                    dGain.doubles(),
                    dBias.doubles(),
                    dX.doubles());
        }
    }

    /** The pixels of a plane of images with one channel for each gain. */
    private static int requireImages(String operation, String name, Tensor images, Tensor gain) {
        int channels = gain.shape().elements();
        require(operation, name, images, gain.dtype());
        if (images.shape().rank() != 4 || images.size(1) != channels) {
            throw new IllegalArgumentException(
                    operation + ": wants (N, " + channels + ", height, width), " + name + " is " + images.shape());
        }
        return images.size(2) * images.size(3);
    }

    private static void requireFeature(String operation, String name, Tensor gain, Tensor tensor) {
        require(operation, name, tensor, gain.dtype());
        requireElements(operation, name, tensor, 1, gain.shape().elements());
    }
}
