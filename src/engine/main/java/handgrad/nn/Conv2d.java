package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Convolutions;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Window;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of images with square kernels of size k: PyTorch's {@code Conv2d}. (N, inChannels, height, width)
 * becomes (N, outChannels, outHeight, outWidth), where a size becomes ⌊(size + 2·padding - k) / stride⌋ + 1.
 *
 * <p>The weight is (inChannels·k², outChannels), that of a {@link Linear} on the pixels that an output sees, channel by
 * channel and row by row: PyTorch's (outChannels, inChannels, k, k) flattened and transposed. Keeps its input for
 * backward.
 */
public final class Conv2d implements WeightedLayer {
    private final Window window;
    private final WeightAndBias weights;
    private @Nullable Tensor input;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** A layer with PyTorch's defaults, {@link Conv2dOptions#PYTORCH}. */
    public Conv2d(int inChannels, int outChannels, int kernelSize, TorchRandom random) {
        this(inChannels, outChannels, kernelSize, Conv2dOptions.PYTORCH, random);
    }

    /** A layer with the given options; its fan-in is inChannels·k², its fan-out outChannels·k². */
    public Conv2d(int inChannels, int outChannels, int kernelSize, Conv2dOptions options, TorchRandom random) {
        this(
                kernelSize,
                options,
                options.initialization()
                        .weight(
                                fan(inChannels, kernelSize),
                                fan(outChannels, kernelSize),
                                random,
                                fan(inChannels, kernelSize),
                                outChannels),
                options.bias()
                        ? options.initialization().bias(fan(inChannels, kernelSize), outChannels, random)
                        : null);
    }

    private static int fan(int channels, int kernelSize) {
        return Shape.of("Conv2d", channels, kernelSize, kernelSize).elements();
    }

    private Conv2d(int kernelSize, Conv2dOptions options, Tensor weight, @Nullable Tensor bias) {
        this(kernelSize, options.stride(), options.padding(), weight, bias);
    }

    /**
     * A layer on given tensors.
     *
     * @param kernelSize k, at least 1
     * @param stride at least 1
     * @param padding from 0 to k - 1
     * @param weight (inChannels·k², outChannels)
     * @param bias (outChannels), or null for none
     */
    public Conv2d(int kernelSize, int stride, int padding, Tensor weight, @Nullable Tensor bias) {
        window = new Window(kernelSize, stride, padding);
        weights = new WeightAndBias(
                "Conv2d", weight, window.area(), 1, "(inChannels·" + kernelSize + "², outChannels)", bias);
    }

    /** How wide and high the kernel is, k. */
    public int kernelSize() {
        return window.size();
    }

    /** How far the kernel moves. */
    public int stride() {
        return window.stride();
    }

    /** The zeros at each edge of an image. */
    public int padding() {
        return window.padding();
    }

    /**
     * With weight[c, i, j] the row of channel c at row i and column j of the kernel, and x 0 outside of the image:
     *
     * <pre>
     * out[n, o, y, z] = bias[o] + Σ over c, i, j of weight[c, i, j, o] · x[n, c, u, v]
     *     with u = y·stride + i - padding, v = z·stride + j - padding
     * </pre>
     *
     * @param x (N, inChannels, height, width), with its padding not smaller than the kernel
     * @return (N, outChannels, outHeight, outWidth)
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = weights.passes.forward(x)) {
            window.requireImages("Conv2d", "x", x, weights.value().size(0) / window.area());
            input = x;
            output = Buffers.images(x, weights.columns(), window.count(x.size(2)), window.count(x.size(3)), output);
            Convolutions.conv2d(x, weights.value(), weights.biasValue(), window, output);
            return pass.output(output);
        }
    }

    /**
     * Each weight sums what it was multiplied by, each input what it was multiplied with:
     *
     * <pre>
     * dWeight[c, i, j, o] += Σ over n, y, z of x[n, c, u, v] · dOut[n, o, y, z]
     *     with u = y·stride + i - padding, v = z·stride + j - padding
     * dBias[o] += Σ over n, y, z of dOut[n, o, y, z]
     * dX[n, c, u, v] = Σ over o and all y, z, i, j with y·stride + i - padding = u and z·stride + j - padding = v
     *                  of weight[c, i, j, o] · dOut[n, o, y, z]
     * </pre>
     *
     * @param dOut (N, outChannels, outHeight, outWidth)
     * @return (N, inChannels, height, width)
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = weights.passes.backward(dOut)) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            Convolutions.conv2dBackwardParameters(x, dOut, window, weights.grad(), weights.biasGrad());
            Convolutions.conv2dBackwardInput(dOut, weights.value(), window, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public WeightAndBias weights() {
        return weights;
    }
}
