package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Convolutions;
import handgrad.tensor.Shape;
import handgrad.tensor.Size2d;
import handgrad.tensor.Tensor;
import handgrad.tensor.Window;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of images: PyTorch's {@code Conv2d}. (N, inChannels, height, width) becomes (N, outChannels, outHeight,
 * outWidth), where a size becomes ⌊(size + 2·padding - kernel) / stride⌋ + 1. Kernel, stride and padding may differ
 * down and along the rows.
 *
 * <p>The groups cut the input channels and the output channels into as many runs of one length, and an output sees the
 * inputs of its own group. With as many groups as input channels the convolution is depthwise.
 *
 * <p>The weight is (inChannels/groups·kernelHeight·kernelWidth, outChannels), that of a {@link Linear} on the pixels
 * that an output sees, channel by channel and row by row: PyTorch's (outChannels, inChannels/groups, kernelHeight,
 * kernelWidth) flattened and transposed. Keeps its input for backward.
 */
public final class Conv2d implements WeightedLayer {
    private final Window window;
    private final int groups;
    private final WeightAndBias weights;
    private @Nullable Tensor input;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** A layer with a square kernel and PyTorch's defaults, {@link Conv2dOptions#PYTORCH}. */
    public Conv2d(int inChannels, int outChannels, int kernelSize, TorchRandom random) {
        this(inChannels, outChannels, kernelSize, Conv2dOptions.PYTORCH, random);
    }

    /** A layer with a square kernel and the given options. */
    public Conv2d(int inChannels, int outChannels, int kernelSize, Conv2dOptions options, TorchRandom random) {
        this(inChannels, outChannels, Size2d.square(kernelSize), options, random);
    }

    /**
     * A layer with the given options; its fan-in is inChannels/groups and its fan-out outChannels, each times the
     * pixels of the kernel.
     *
     * @param inChannels a multiple of the groups
     * @param outChannels a multiple of the groups
     * @param kernelSize at least 1, and more than the padding
     */
    public Conv2d(int inChannels, int outChannels, Size2d kernelSize, Conv2dOptions options, TorchRandom random) {
        int groups = options.groups();
        if (inChannels % groups != 0 || outChannels % groups != 0) {
            throw new IllegalArgumentException("Conv2d: wants groups that divide both channels, the groups are "
                    + groups + ", inChannels " + inChannels + ", outChannels " + outChannels);
        }
        int fanIn = fan(inChannels / groups, kernelSize);
        int fanOut = fan(outChannels, kernelSize);
        var initialization = options.initialization();
        this(
                new Window(kernelSize, options.stride(), options.padding()),
                groups,
                initialization.weight(fanIn, fanOut, random, fanIn, outChannels),
                options.bias() ? initialization.bias(fanIn, outChannels, random) : null);
    }

    private static int fan(int channels, Size2d kernelSize) {
        return Shape.of("Conv2d", channels, kernelSize.height(), kernelSize.width())
                .elements();
    }

    /**
     * A layer of one group with a square kernel on given tensors.
     *
     * @param kernelSize k, at least 1
     * @param stride at least 1
     * @param padding from 0 to k - 1
     * @param weight (inChannels·k·k, outChannels)
     * @param bias (outChannels), or null for none
     */
    public Conv2d(int kernelSize, int stride, int padding, Tensor weight, @Nullable Tensor bias) {
        this(new Window(kernelSize, stride, padding), 1, weight, bias);
    }

    /**
     * A layer on given tensors.
     *
     * @param window the kernel, its stride and its padding
     * @param groups at least 1, divides outChannels
     * @param weight (inChannels/groups·kernelHeight·kernelWidth, outChannels)
     * @param bias (outChannels), or null for none
     */
    public Conv2d(Window window, int groups, Tensor weight, @Nullable Tensor bias) {
        if (groups < 1) {
            throw new IllegalArgumentException("Conv2d: wants at least 1 group, there are " + groups);
        }
        this.window = window;
        this.groups = groups;
        weights = new WeightAndBias(
                "Conv2d",
                weight,
                window.area(),
                groups,
                "(" + window.rows("inChannels", groups) + ", outChannels)"
                        + (groups == 1 ? "" : " with outChannels a multiple of " + groups),
                bias);
    }

    /** The kernel, its stride and its padding. */
    public Window window() {
        return window;
    }

    /** The runs of channels that see nothing of each other. */
    public int groups() {
        return groups;
    }

    private int inChannels() {
        return weights.value().size(0) / window.area() * groups;
    }

    /**
     * With weight[c, i, j] the row of channel c at row i and column j of the kernel, c counting the channels of the
     * group that o is in, and x 0 outside of the image:
     *
     * <pre>
     * out[n, o, y, z] = bias[o] + Σ over c, i, j of weight[c, i, j, o] · x[n, c, u, v]
     *     with u = y·stride + i - padding, v = z·stride + j - padding
     * </pre>
     *
     * @param x (N, inChannels, height, width), not empty, with its padding not smaller than the kernel
     * @return (N, outChannels, outHeight, outWidth)
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = weights.passes.forward(x)) {
            window.requireImages("Conv2d", "x", x, inChannels());
            input = x;
            output = Buffers.images(x, weights.columns(), window.outHeight(x), window.outWidth(x), output);
            Convolutions.conv2d(x, weights.value(), weights.biasValue(), window, groups, output);
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
            Convolutions.conv2dBackwardParameters(x, dOut, window, groups, weights.grad(), weights.biasGrad());
            Convolutions.conv2dBackwardInput(dOut, weights.value(), window, groups, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public WeightAndBias weights() {
        return weights;
    }
}
