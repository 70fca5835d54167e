package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Convolutions;
import handgrad.tensor.Shape;
import handgrad.tensor.Size2d;
import handgrad.tensor.Tensor;
import handgrad.tensor.Window;
import org.jspecify.annotations.Nullable;

/**
 * A transposed convolution of images: PyTorch's {@code ConvTranspose2d}. What it does to an image is what a {@link
 * Conv2d} with the same weight, from outChannels to inChannels, does to a gradient in its backward pass. So it makes
 * images larger: (N, inChannels, height, width) becomes (N, outChannels, outHeight, outWidth), where a size becomes
 * (size - 1)·stride - 2·padding + kernel + outputPadding.
 *
 * <p>The weight is that of the {@link Conv2d}, (outChannels/groups·kernelHeight·kernelWidth, inChannels): PyTorch's
 * (inChannels, outChannels/groups, kernelHeight, kernelWidth) flattened to two dimensions and transposed. Keeps its
 * input for backward.
 */
public final class ConvTranspose2d implements Layer {
    private final Window window;
    private final Size2d outputPadding;
    private final int groups;
    private final Parts parts = new Parts();
    private final Passes passes = new Passes("ConvTranspose2d", parts);
    private final Parameter weight;
    private final @Nullable Parameter bias;
    private @Nullable Tensor input;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** A layer with a square kernel and PyTorch's defaults, {@link ConvTranspose2dOptions#PYTORCH}. */
    public ConvTranspose2d(int inChannels, int outChannels, int kernelSize, TorchRandom random) {
        this(inChannels, outChannels, kernelSize, ConvTranspose2dOptions.PYTORCH, random);
    }

    /** A layer with a square kernel and the given options. */
    public ConvTranspose2d(
            int inChannels, int outChannels, int kernelSize, ConvTranspose2dOptions options, TorchRandom random) {
        this(inChannels, outChannels, Size2d.square(kernelSize), options, random);
    }

    /**
     * A layer with the given options; its fan-in is outChannels/groups and its fan-out inChannels, each times the
     * pixels of the kernel, as PyTorch counts them.
     *
     * @param inChannels a multiple of the groups
     * @param outChannels a multiple of the groups
     * @param kernelSize at least 1, and more than the padding
     */
    public ConvTranspose2d(
            int inChannels, int outChannels, Size2d kernelSize, ConvTranspose2dOptions options, TorchRandom random) {
        int groups = options.groups();
        if (inChannels % groups != 0 || outChannels % groups != 0) {
            throw new IllegalArgumentException("ConvTranspose2d: wants groups that divide both channels, the groups"
                    + " are " + groups + ", inChannels " + inChannels + ", outChannels " + outChannels);
        }
        int fanIn = fan(outChannels / groups, kernelSize);
        int fanOut = fan(inChannels, kernelSize);
        var initialization = options.initialization();
        this(
                new Window(kernelSize, options.stride(), options.padding()),
                options.outputPadding(),
                groups,
                initialization.weight(fanIn, fanOut, random, fanIn, inChannels),
                options.bias() ? initialization.bias(fanIn, outChannels, random) : null);
    }

    private static int fan(int channels, Size2d kernelSize) {
        return Shape.of("ConvTranspose2d", channels, kernelSize.height(), kernelSize.width())
                .elements();
    }

    /**
     * A layer on given tensors.
     *
     * @param window the kernel, its stride and its padding
     * @param outputPadding from 0 to less than the stride
     * @param groups at least 1, divides inChannels
     * @param weight (outChannels/groups·kernelHeight·kernelWidth, inChannels)
     * @param bias (outChannels), or null for none
     */
    public ConvTranspose2d(Window window, Size2d outputPadding, int groups, Tensor weight, @Nullable Tensor bias) {
        var stride = window.stride();
        if (!outputPadding.isAtLeast(0)
                || outputPadding.height() >= stride.height()
                || outputPadding.width() >= stride.width()) {
            throw new IllegalArgumentException("ConvTranspose2d: wants an output padding from 0 to less than the"
                    + " stride, it is " + outputPadding + ", the stride " + stride);
        }
        if (groups < 1) {
            throw new IllegalArgumentException("ConvTranspose2d: wants at least 1 group, there are " + groups);
        }
        if (weight.shape().rank() != 2 || weight.size(0) % window.area() != 0 || weight.size(1) % groups != 0) {
            throw new IllegalArgumentException("ConvTranspose2d: weight must be ("
                    + window.rows("outChannels", groups) + ", inChannels)"
                    + (groups == 1 ? "" : " with inChannels a multiple of " + groups) + ", it is " + weight.shape());
        }
        this.window = window;
        this.outputPadding = outputPadding;
        this.groups = groups;
        this.weight = parts.add(new Parameter("weight", weight));
        if (bias != null && (bias.shape().rank() != 1 || bias.size(0) != outChannels())) {
            throw new IllegalArgumentException("ConvTranspose2d: bias must be (" + outChannels() + ") for weight "
                    + weight.shape() + " in " + groups + " groups, it is " + bias.shape());
        }
        this.bias = bias == null ? null : parts.add(new Parameter("bias", bias));
    }

    /** The kernel, its stride and its padding. */
    public Window window() {
        return window;
    }

    /** How much higher and wider the output is than it must be. */
    public Size2d outputPadding() {
        return outputPadding;
    }

    /** The runs of channels that see nothing of each other. */
    public int groups() {
        return groups;
    }

    /** The weight, (outChannels/groups·kernelHeight·kernelWidth, inChannels). */
    public Parameter weight() {
        return weight;
    }

    /** The bias, (outChannels), or null where there is none. */
    public @Nullable Parameter bias() {
        return bias;
    }

    private int outChannels() {
        return weight.value().size(0) / window.area() * groups;
    }

    /**
     * Each input adds its multiple of the kernel to the pixels that it lies on:
     *
     * <pre>
     * out[n, c, u, v] = bias[c] + Σ over o and all y, z, i, j with y·stride + i - padding = u and
     *                   z·stride + j - padding = v of weight[c, i, j, o] · x[n, o, y, z]
     * </pre>
     *
     * o counts the input channels of the group that c is in.
     *
     * @param x (N, inChannels, height, width), not empty, with an output of at least one pixel
     * @return (N, outChannels, outHeight, outWidth)
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            int inChannels = weight.value().size(1);
            if (x.shape().rank() != 4 || x.size(1) != inChannels || x.size(2) < 1 || x.size(3) < 1) {
                throw new IllegalArgumentException("ConvTranspose2d: wants (N, " + inChannels
                        + ", height, width) of at least 1 x 1, x is " + x.shape());
            }
            input = x;
            output = Buffers.images(x, outChannels(), outHeight(x), outWidth(x), output);
            Convolutions.convTranspose2d(x, weight.value(), bias == null ? null : bias.value(), window, groups, output);
            return pass.output(output);
        }
    }

    private int outHeight(Tensor x) {
        return size(
                x,
                x.size(2),
                window.stride().height(),
                window.padding().height(),
                window.kernel().height(),
                outputPadding.height());
    }

    private int outWidth(Tensor x) {
        return size(
                x,
                x.size(3),
                window.stride().width(),
                window.padding().width(),
                window.kernel().width(),
                outputPadding.width());
    }

    private static int size(Tensor x, int size, int stride, int padding, int kernel, int outputPadding) {
        long out = (size - 1L) * stride - 2L * padding + kernel + outputPadding;
        if (out < 1 || out > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("ConvTranspose2d: a size becomes (size - 1)·stride - 2·padding + kernel"
                    + " + outputPadding, of x " + x.shape() + " it becomes " + out + "; it must be 1 to 2^31 - 1");
        }
        return (int) out;
    }

    /**
     * Each weight sums what it was multiplied by, each input what it was multiplied with; dX is the convolution of
     * dOut:
     *
     * <pre>
     * dWeight[c, i, j, o] += Σ over n, y, z of dOut[n, c, u, v] · x[n, o, y, z]
     * dBias[c] += Σ over n, u, v of dOut[n, c, u, v]
     * dX[n, o, y, z] = Σ over c, i, j of weight[c, i, j, o] · dOut[n, c, u, v]
     *     with u = y·stride + i - padding, v = z·stride + j - padding
     * </pre>
     *
     * @param dOut (N, outChannels, outHeight, outWidth)
     * @return (N, inChannels, height, width)
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var x = Passes.kept(input);
            dX = Buffers.like(x, dX);
            Convolutions.convTranspose2dBackwardParameters(
                    x, dOut, window, groups, weight.grad(), bias == null ? null : bias.grad());
            Convolutions.convTranspose2dBackwardInput(dOut, weight.value(), window, groups, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
