package handgrad.kernel.conv;

import handgrad.kernel.PairwiseSum;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Two-dimensional convolution of images x (batch, inChannels, height, width) with square kernels, as in PyTorch without
 * turning them. The weight is (inChannels · kernel², outChannels): row (c·kernel + i)·kernel + j is for channel c at
 * row i and column j of the kernel. Around each plane there are {@code padding} zeros, fewer than the kernel is wide,
 * and the kernel moves by {@code stride}. So out is (batch, outChannels, outHeight, outWidth), where a size becomes
 * ⌊(size + 2·padding - kernel) / stride⌋ + 1.
 *
 * <p>The float32 forms are matrix products, {@link ConvolutionPass}; the float64 forms follow the definition literally.
 */
public final class Convolution {
    /**
     * The most blocks of images. Each has a gradient of the weight of its own, so more would share the work among more
     * threads and take more memory.
     */
    public static final int BLOCKS = 16;

    private Convolution() {}

    /**
     * out[n, o, y, z] = bias[o] + Σ over c, i, j of weight[c, i, j, o] · x[n, c, y·stride + i - padding, z·stride + j -
     * padding], where x is 0 outside of its plane.
     *
     * @param bias (outChannels), or null for zeros
     * @param out written
     */
    public static void forward(
            ConvolutionSizes sizes, float[] x, float[] weight, float @Nullable [] bias, float[] out) {
        ConvolutionPass.ofThread().forward(sizes, x, weight, bias, out);
    }

    /** As the float32 form, in float64. */
    public static void forward(
            ConvolutionSizes sizes, double[] x, double[] weight, double @Nullable [] bias, double[] out) {
        int area = sizes.outHeight * sizes.outWidth;
        for (int at = 0; at < sizes.batch * sizes.outChannels * area; at++) {
            out[at] = bias == null ? 0 : bias[at / area % sizes.outChannels];
        }
        visit(sizes, (in, w, at) -> out[at] += weight[w] * x[in]);
    }

    /**
     * dWeight[c, i, j, o] += Σ over n, y, z of x[n, c, y·stride + i - padding, z·stride + j - padding] · dOut[n, o, y,
     * z]; dBias[o] += Σ over n, y, z of dOut[n, o, y, z].
     *
     * @param dWeight added to
     * @param dBias added to, or null
     */
    public static void backwardParameters(
            ConvolutionSizes sizes, float[] x, float[] dOut, float[] dWeight, float @Nullable [] dBias) {
        ConvolutionPass.ofThread().backwardParameters(sizes, x, dOut, dWeight, dBias);
    }

    /** As the float32 form, in float64. */
    public static void backwardParameters(
            ConvolutionSizes sizes, double[] x, double[] dOut, double[] dWeight, double @Nullable [] dBias) {
        visit(sizes, (in, w, at) -> dWeight[w] += x[in] * dOut[at]);
        if (dBias != null) {
            int area = sizes.outHeight * sizes.outWidth;
            for (int o = 0; o < sizes.outChannels; o++) {
                int channel = o;
                dBias[o] += PairwiseSum.of(
                        sizes.batch * area, i -> dOut[(i / area * sizes.outChannels + channel) * area + i % area]);
            }
        }
    }

    /**
     * dX[n, c, y·stride + i - padding, z·stride + j - padding] = Σ over o, and the y, z, i, j that lead there, of
     * weight[c, i, j, o] · dOut[n, o, y, z].
     *
     * @param dX written
     */
    public static void backwardInput(ConvolutionSizes sizes, float[] dOut, float[] weight, float[] dX) {
        ConvolutionPass.ofThread().backwardInput(sizes, dOut, weight, dX);
    }

    /** As the float32 form, in float64. */
    public static void backwardInput(ConvolutionSizes sizes, double[] dOut, double[] weight, double[] dX) {
        Arrays.fill(dX, 0, sizes.batch * sizes.inChannels * sizes.height * sizes.width, 0);
        visit(sizes, (in, w, at) -> dX[in] += weight[w] * dOut[at]);
    }

    /** A product of the sum, by the places of its factors and of its result. */
    private interface Term {
        void add(int in, int weight, int out);
    }

    private static void visit(ConvolutionSizes sizes, Term term) {
        int kernel = sizes.kernel;
        int out = 0;
        for (int n = 0; n < sizes.batch; n++) {
            for (int o = 0; o < sizes.outChannels; o++) {
                for (int y = 0; y < sizes.outHeight; y++) {
                    for (int z = 0; z < sizes.outWidth; z++, out++) {
                        for (int tap = 0; tap < sizes.inChannels * kernel * kernel; tap++) {
                            int c = tap / (kernel * kernel);
                            int row = y * sizes.stride + tap / kernel % kernel - sizes.padding;
                            int column = z * sizes.stride + tap % kernel - sizes.padding;
                            if (row >= 0 && row < sizes.height && column >= 0 && column < sizes.width) {
                                int in = ((n * sizes.inChannels + c) * sizes.height + row) * sizes.width + column;
                                term.add(in, tap * sizes.outChannels + o, out);
                            }
                        }
                    }
                }
            }
        }
    }
}
