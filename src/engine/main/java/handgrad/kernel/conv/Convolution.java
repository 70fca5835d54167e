package handgrad.kernel.conv;

import org.jspecify.annotations.Nullable;

/**
 * Two-dimensional convolution of images x (batch, inChannels, height, width) with square kernels, as in PyTorch without
 * turning them. The weight is (inChannels · kernel², outChannels): row (c·kernel + i)·kernel + j is for channel c at row i
 * and column j of the kernel. Around each plane there are {@code padding} zeros, fewer than the kernel is wide, and the kernel
 * moves by {@code stride}. So out is (batch, outChannels, outHeight, outWidth), with sizes as {@link #outSize} gives them.
 */
public final class Convolution {
    private Convolution() {}

    /** The height or width of the result for one of the input: ⌊(size + 2·padding - kernel) / stride⌋ + 1. */
    public static int outSize(int size, int kernel, int stride, int padding) {
        return Math.floorDiv(size + 2 * padding - kernel, stride) + 1;
    }

    /**
     * out[n, o, y, z] = bias[o] + Σ over c, i, j of weight[c, i, j, o] · x[n, c, y·stride + i - padding, z·stride + j - padding],
     * where x is 0 outside of its plane.
     *
     * @param bias (outChannels), or null for zeros
     * @param out written
     */
    public static void forward(
            float[] x,
            int batch,
            int inChannels,
            int height,
            int width,
            float[] weight,
            float @Nullable [] bias,
            int outChannels,
            int kernel,
            int stride,
            int padding,
            float[] out) {
        ConvolutionPass.ofThread()
                .forward(x, batch, inChannels, height, width, weight, bias, outChannels, kernel, stride, padding, out);
    }

    /** As the float32 form, in float64. */
    public static void forward(
            double[] x,
            int batch,
            int inChannels,
            int height,
            int width,
            double[] weight,
            double @Nullable [] bias,
            int outChannels,
            int kernel,
            int stride,
            int padding,
            double[] out) {
        ScalarConvolution.forward(
                x, batch, inChannels, height, width, weight, bias, outChannels, kernel, stride, padding, out);
    }

    /**
     * dWeight[c, i, j, o] += Σ over n, y, z of x[n, c, y·stride + i - padding, z·stride + j - padding] · dOut[n, o, y, z];
     * dBias[o] += Σ over n, y, z of dOut[n, o, y, z].
     *
     * @param dWeight added to
     * @param dBias added to, or null
     */
    public static void backwardParameters(
            float[] x,
            int batch,
            int inChannels,
            int height,
            int width,
            float[] dOut,
            int outChannels,
            int kernel,
            int stride,
            int padding,
            float[] dWeight,
            float @Nullable [] dBias) {
        ConvolutionPass.ofThread()
                .backwardParameters(
                        x,
                        batch,
                        inChannels,
                        height,
                        width,
                        dOut,
                        outChannels,
                        kernel,
                        stride,
                        padding,
                        dWeight,
                        dBias);
    }

    /** As the float32 form, in float64. */
    public static void backwardParameters(
            double[] x,
            int batch,
            int inChannels,
            int height,
            int width,
            double[] dOut,
            int outChannels,
            int kernel,
            int stride,
            int padding,
            double[] dWeight,
            double @Nullable [] dBias) {
        ScalarConvolution.backwardParameters(
                x, batch, inChannels, height, width, dOut, outChannels, kernel, stride, padding, dWeight, dBias);
    }

    /**
     * dX[n, c, y·stride + i - padding, z·stride + j - padding] = Σ over o, and the y, z, i, j that lead there, of
     * weight[c, i, j, o] · dOut[n, o, y, z].
     *
     * @param dX written
     */
    public static void backwardInput(
            float[] dOut,
            int batch,
            int inChannels,
            int height,
            int width,
            float[] weight,
            int outChannels,
            int kernel,
            int stride,
            int padding,
            float[] dX) {
        ConvolutionPass.ofThread()
                .backwardInput(
                        dOut, batch, inChannels, height, width, weight, outChannels, kernel, stride, padding, dX);
    }

    /** As the float32 form, in float64. */
    public static void backwardInput(
            double[] dOut,
            int batch,
            int inChannels,
            int height,
            int width,
            double[] weight,
            int outChannels,
            int kernel,
            int stride,
            int padding,
            double[] dX) {
        ScalarConvolution.backwardInput(
                dOut, batch, inChannels, height, width, weight, outChannels, kernel, stride, padding, dX);
    }
}
