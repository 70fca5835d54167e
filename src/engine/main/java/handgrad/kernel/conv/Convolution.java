package handgrad.kernel.conv;

import handgrad.kernel.PairwiseSum;
import handgrad.kernel.Reduction;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Two-dimensional convolution of images x (batch, inChannels, height, width), as in PyTorch without turning the
 * kernels. The weight is (inChannels/groups·kernelHeight·kernelWidth, outChannels): row (c·kernelHeight +
 * i)·kernelWidth + j is for channel c of a group at row i and column j of the kernel. Around each plane there are
 * {@code padding} zeros, fewer than the kernel is high or wide, and the kernel moves by {@code stride}. So out is
 * (batch, outChannels, outHeight, outWidth), where a size becomes ⌊(size + 2·padding - kernel) / stride⌋ + 1. The
 * groups cut the channels of x and of out into as many runs of one length, and a run of out sees the run of x that has
 * its number.
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
     * padding], where x is 0 outside of its plane, and c counts the channels of the group that o is in.
     *
     * @param bias (outChannels), or null for zeros
     * @param out written
     */
    public static void forward(WindowSizes sizes, float[] x, float[] weight, float @Nullable [] bias, float[] out) {
        ConvolutionPass.ofThread().forward(sizes, x, weight, bias, out);
    }

    /** As the float32 form, in float64. */
    public static void forward(WindowSizes sizes, double[] x, double[] weight, double @Nullable [] bias, double[] out) {
        fill(bias, sizes.batch, sizes.outChannels, sizes.outHeight * sizes.outWidth, out);
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
            WindowSizes sizes, float[] x, float[] dOut, float[] dWeight, float @Nullable [] dBias) {
        ConvolutionPass.ofThread().backwardParameters(sizes, x, dOut, dWeight, dBias);
    }

    /** As the float32 form, in float64. */
    public static void backwardParameters(
            WindowSizes sizes, double[] x, double[] dOut, double[] dWeight, double @Nullable [] dBias) {
        visit(sizes, (in, w, at) -> dWeight[w] += x[in] * dOut[at]);
        if (dBias != null) {
            backwardBias(dOut, sizes.batch, sizes.outChannels, sizes.outHeight * sizes.outWidth, dBias);
        }
    }

    /**
     * dX[n, c, y·stride + i - padding, z·stride + j - padding] = Σ over o, and the y, z, i, j that lead there, of
     * weight[c, i, j, o] · dOut[n, o, y, z]; plus bias[c], for what is a layer of its own.
     *
     * @param bias (inChannels), or null for zeros
     * @param dX written
     */
    public static void backwardInput(
            WindowSizes sizes, float[] dOut, float[] weight, float @Nullable [] bias, float[] dX) {
        ConvolutionPass.ofThread().backwardInput(sizes, dOut, weight, bias, dX);
    }

    /** As the float32 form, in float64. */
    public static void backwardInput(
            WindowSizes sizes, double[] dOut, double[] weight, double @Nullable [] bias, double[] dX) {
        fill(bias, sizes.batch, sizes.inChannels, sizes.height * sizes.width, dX);
        visit(sizes, (in, w, at) -> dX[in] += weight[w] * dOut[at]);
    }

    /** dBias[c] += Σ over n, u, v of dOut[n, c, u, v], for images of so many pixels. */
    public static void backwardBias(float[] dOut, int batch, int channels, int area, float[] dBias) {
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            for (int n = 0; n < batch; n++) {
                sum += Reduction.sum(dOut, (n * channels + c) * area, area);
            }
            dBias[c] += (float) sum;
        }
    }

    /** As the float32 form, in float64. */
    public static void backwardBias(double[] dOut, int batch, int channels, int area, double[] dBias) {
        for (int c = 0; c < channels; c++) {
            int channel = c;
            dBias[c] += PairwiseSum.of(batch * area, i -> dOut[(i / area * channels + channel) * area + i % area]);
        }
    }

    /** Each channel of the images is its bias. */
    private static void fill(double @Nullable [] bias, int batch, int channels, int area, double[] images) {
        for (int plane = 0; plane < batch * channels; plane++) {
            Arrays.fill(images, plane * area, (plane + 1) * area, bias == null ? 0 : bias[plane % channels]);
        }
    }

    /** A product of the sum, by the places of its factors and of its result. */
    private interface Term {
        void add(int in, int weight, int out);
    }

    private static void visit(WindowSizes sizes, Term term) {
        int kernel = sizes.kernelWidth;
        int taps = sizes.taps();
        int channels = sizes.inChannels / sizes.groups;
        int out = 0;
        for (int n = 0; n < sizes.batch; n++) {
            for (int o = 0; o < sizes.outChannels; o++) {
                int first = n * sizes.inChannels + o / (sizes.outChannels / sizes.groups) * channels;
                for (int y = 0; y < sizes.outHeight; y++) {
                    for (int z = 0; z < sizes.outWidth; z++, out++) {
                        for (int tap = 0; tap < channels * taps; tap++) {
                            int row = y * sizes.strideHeight + tap / kernel % sizes.kernelHeight - sizes.paddingHeight;
                            int column = z * sizes.strideWidth + tap % kernel - sizes.paddingWidth;
                            if (row >= 0 && row < sizes.height && column >= 0 && column < sizes.width) {
                                int in = ((first + tap / taps) * sizes.height + row) * sizes.width + column;
                                term.add(in, tap * sizes.outChannels + o, out);
                            }
                        }
                    }
                }
            }
        }
    }
}
