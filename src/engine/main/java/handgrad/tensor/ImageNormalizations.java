package handgrad.tensor;

import static handgrad.tensor.Normalizations.arrays;
import static handgrad.tensor.Normalizations.requireFeature;
import static handgrad.tensor.Normalizations.setGradients;
import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireApart;

import handgrad.kernel.norm.NormalizationArrays;
import handgrad.kernel.norm.SpatialBatchNormalization;

/**
 * Batch normalisation of images, with its backward pass under it, into tensors that the caller owns. Errors are bounded
 * as in {@link Normalizations}.
 */
public final class ImageNormalizations {
    private ImageNormalizations() {}

    /**
     * Normalises each channel of images with its own mean and variance over the batch and all pixels, n values, then
     * scales and shifts.
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
            Tracing.record(Op.BATCH_NORM2D, new double[] {epsilon, divisor}, out, x, weight, bias);
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
            Tracing.record(Op.BATCH_NORM2D, out, x, weight, bias, mean, inverseDeviation);
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
}
