package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireElements;
import static handgrad.tensor.Requirements.requireSizes;

import handgrad.kernel.conv.Convolution;
import handgrad.kernel.conv.WindowSizes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Convolution of images (N, channels, height, width) and its transpose, each with its backward pass under it, into
 * tensors that the caller owns.
 */
public final class Convolutions {
    private Convolutions() {}

    /**
     * Convolution as PyTorch's {@code conv2d}. The weight has a row for each input that an output sees, row
     * (c·kernelHeight + i)·kernelWidth + j for channel c at row i and column j of the kernel: PyTorch's (outChannels,
     * inChannels/groups, kernelHeight, kernelWidth) flattened to two dimensions and transposed.
     *
     * <pre>
     * out[n, o, y, z] = bias[o] + Σ over c, i, j of weight[c, i, j, o] · x[n, c, u, v]
     *     with u = y·stride + i - padding, v = z·stride + j - padding
     * </pre>
     *
     * where x is 0 outside of the image. The groups cut the channels of x and those of out into as many runs of one
     * length; an output sees the inputs of its own group, and c counts them.
     *
     * @param x (N, inChannels, height, width)
     * @param weight (inChannels/groups·kernelHeight·kernelWidth, outChannels)
     * @param bias (outChannels), or null for none
     * @param window the kernel, its stride and its padding
     * @param groups at least 1, divides inChannels and outChannels
     * @param out (N, outChannels, outHeight, outWidth), where a size becomes ⌊(size + 2·padding - kernel) / stride⌋ +
     *     1; written
     */
    public static void conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, Window window, int groups, Tensor out) {
        var sizes = sizes("conv2d", "x", x, weight, window, groups, "out", out);
        requireApart("conv2d", "out", out, "x", x);
        requireBias("conv2d", "bias", bias, out);
        if (x.dtype() == DType.FLOAT32) {
            Convolution.forward(sizes, x.floats(), weight.floats(), bias == null ? null : bias.floats(), out.floats());
        } else {
            Convolution.forward(
                    sizes, x.doubles(), weight.doubles(), bias == null ? null : bias.doubles(), out.doubles());
        }
        if (Tracing.isOn()) {
            record(Op.CONV2D, x, weight, bias, window, groups, out);
        }
    }

    /**
     * The gradients of {@link #conv2d} for its parameters.
     *
     * <pre>
     * dWeight[c, i, j, o] += Σ over n, y, z of x[n, c, u, v] · dOut[n, o, y, z]
     *     with u = y·stride + i - padding, v = z·stride + j - padding
     * dBias[o] += Σ over n, y, z of dOut[n, o, y, z]
     * </pre>
     *
     * @param x (N, inChannels, height, width)
     * @param dOut (N, outChannels, outHeight, outWidth)
     * @param dWeight (inChannels/groups·kernelHeight·kernelWidth, outChannels), added to
     * @param dBias (outChannels), added to, or null for none
     */
    public static void conv2dBackwardParameters(
            Tensor x, Tensor dOut, Window window, int groups, Tensor dWeight, @Nullable Tensor dBias) {
        var sizes = sizes("conv2dBackward", "x", x, dWeight, window, groups, "dOut", dOut);
        requireSums("conv2dBackward", dWeight);
        requireBias("conv2dBackward", "dBias", dBias, dOut);
        if (x.dtype() == DType.FLOAT32) {
            Convolution.backwardParameters(
                    sizes, x.floats(), dOut.floats(), dWeight.floats(), dBias == null ? null : dBias.floats());
        } else {
            Convolution.backwardParameters(
                    sizes, x.doubles(), dOut.doubles(), dWeight.doubles(), dBias == null ? null : dBias.doubles());
        }
    }

    /**
     * The gradient of {@link #conv2d} for its input: what each output's gradient sends back to the inputs that it saw.
     *
     * <pre>
     * dX[n, c, u, v] = Σ over o and all y, z, i, j with y·stride + i - padding = u and z·stride + j - padding = v
     *                  of weight[c, i, j, o] · dOut[n, o, y, z]
     * </pre>
     *
     * @param dOut (N, outChannels, outHeight, outWidth)
     * @param weight (inChannels/groups·kernelHeight·kernelWidth, outChannels)
     * @param dX (N, inChannels, height, width), written
     */
    public static void conv2dBackwardInput(Tensor dOut, Tensor weight, Window window, int groups, Tensor dX) {
        var sizes = sizes("conv2dBackward", "dX", dX, weight, window, groups, "dOut", dOut);
        requireApart("conv2dBackward", "dX", dX, "dOut", dOut);
        if (dX.dtype() == DType.FLOAT32) {
            Convolution.backwardInput(sizes, dOut.floats(), weight.floats(), null, dX.floats());
        } else {
            Convolution.backwardInput(sizes, dOut.doubles(), weight.doubles(), null, dX.doubles());
        }
    }

    /**
     * Transposed convolution as PyTorch's {@code conv_transpose2d}: {@link #conv2dBackwardInput} of a convolution from
     * out to x, with a bias. Its weight is that convolution's, PyTorch's (inChannels, outChannels/groups, kernelHeight,
     * kernelWidth) flattened to two dimensions and transposed.
     *
     * <pre>
     * out[n, c, u, v] = bias[c] + Σ over o and all y, z, i, j with y·stride + i - padding = u and
     *                   z·stride + j - padding = v of weight[c, i, j, o] · x[n, o, y, z]
     * </pre>
     *
     * o counts the channels of x, c those of out. A size of out becomes that of x by the rule of {@link #conv2d}, so
     * with a stride several do: (size - 1)·stride - 2·padding + kernel, and up to stride - 1 more.
     *
     * @param x (N, inChannels, height, width)
     * @param weight (outChannels/groups·kernelHeight·kernelWidth, inChannels)
     * @param bias (outChannels), or null for none
     * @param window the kernel, its stride and its padding
     * @param groups at least 1, divides inChannels and outChannels
     * @param out (N, outChannels, outHeight, outWidth), written
     */
    public static void convTranspose2d(
            Tensor x, Tensor weight, @Nullable Tensor bias, Window window, int groups, Tensor out) {
        var sizes = sizes("convTranspose2d", "out", out, weight, window, groups, "x", x);
        requireApart("convTranspose2d", "out", out, "x", x);
        requireBias("convTranspose2d", "bias", bias, out);
        if (x.dtype() == DType.FLOAT32) {
            Convolution.backwardInput(
                    sizes, x.floats(), weight.floats(), bias == null ? null : bias.floats(), out.floats());
        } else {
            Convolution.backwardInput(
                    sizes, x.doubles(), weight.doubles(), bias == null ? null : bias.doubles(), out.doubles());
        }
        if (Tracing.isOn()) {
            record(Op.CONV_TRANSPOSE2D, x, weight, bias, window, groups, out);
        }
    }

    /**
     * The gradients of {@link #convTranspose2d} for its parameters.
     *
     * <pre>
     * dWeight[c, i, j, o] += Σ over n, y, z of dOut[n, c, u, v] · x[n, o, y, z]
     *     with u = y·stride + i - padding, v = z·stride + j - padding
     * dBias[c] += Σ over n, u, v of dOut[n, c, u, v]
     * </pre>
     *
     * @param x (N, inChannels, height, width)
     * @param dOut (N, outChannels, outHeight, outWidth)
     * @param dWeight (outChannels/groups·kernelHeight·kernelWidth, inChannels), added to
     * @param dBias (outChannels), added to, or null for none
     */
    public static void convTranspose2dBackwardParameters(
            Tensor x, Tensor dOut, Window window, int groups, Tensor dWeight, @Nullable Tensor dBias) {
        var sizes = sizes("convTranspose2dBackward", "dOut", dOut, dWeight, window, groups, "x", x);
        requireSums("convTranspose2dBackward", dWeight);
        requireBias("convTranspose2dBackward", "dBias", dBias, dOut);
        int channels = dOut.size(1);
        int area = dOut.size(2) * dOut.size(3);
        if (x.dtype() == DType.FLOAT32) {
            Convolution.backwardParameters(sizes, dOut.floats(), x.floats(), dWeight.floats(), null);
            if (dBias != null) {
                Convolution.backwardBias(dOut.floats(), dOut.size(0), channels, area, dBias.floats());
            }
        } else {
            Convolution.backwardParameters(sizes, dOut.doubles(), x.doubles(), dWeight.doubles(), null);
            if (dBias != null) {
                Convolution.backwardBias(dOut.doubles(), dOut.size(0), channels, area, dBias.doubles());
            }
        }
    }

    /**
     * The gradient of {@link #convTranspose2d} for its input, which is the convolution of dOut.
     *
     * <pre>
     * dX[n, o, y, z] = Σ over c, i, j of weight[c, i, j, o] · dOut[n, c, u, v]
     *     with u = y·stride + i - padding, v = z·stride + j - padding
     * </pre>
     *
     * @param dOut (N, outChannels, outHeight, outWidth)
     * @param weight (outChannels/groups·kernelHeight·kernelWidth, inChannels)
     * @param dX (N, inChannels, height, width), written
     */
    public static void convTranspose2dBackwardInput(Tensor dOut, Tensor weight, Window window, int groups, Tensor dX) {
        var sizes = sizes("convTranspose2dBackward", "dOut", dOut, weight, window, groups, "dX", dX);
        requireApart("convTranspose2dBackward", "dX", dX, "dOut", dOut);
        if (dX.dtype() == DType.FLOAT32) {
            Convolution.forward(sizes, dOut.floats(), weight.floats(), null, dX.floats());
        } else {
            Convolution.forward(sizes, dOut.doubles(), weight.doubles(), null, dX.doubles());
        }
    }

    /**
     * The sizes of a convolution of x to out, both checked; parameters: for errors each tensor has a name, and the
     * three belong together as the others do.
     */
    private static WindowSizes sizes(
            String operation,
            String name,
            Tensor x,
            Tensor weight,
            Window window,
            int groups,
            String outName,
            Tensor out) {
        require(operation, name, x, weight.dtype());
        require(operation, outName, out, weight.dtype());
        if (weight.shape().rank() != 2 || weight.size(0) % window.area() != 0) {
            throw new IllegalArgumentException(operation + ": weight must be ("
                    + window.rows("channels of " + name, groups) + ", channels of " + outName + "), it is "
                    + weight.shape());
        }
        if (groups < 1 || groups > Math.max(1, weight.size(1)) || weight.size(1) % groups != 0) {
            throw new IllegalArgumentException(operation + ": wants groups of at least 1 that divide the channels of "
                    + outName + ", they are " + groups + ", weight is " + weight.shape());
        }
        int channels = weight.size(0) / window.area() * groups;
        window.requireImages(operation, name, x, channels);
        requireSizes(operation, outName, out, x.size(0), weight.size(1), window.outHeight(x), window.outWidth(x));
        var sizes = window.over(x).outputs(weight.size(1), groups);
        if (sizes.largestBuffer() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(operation + ": an image with its padding, or the windows of a row of it,"
                    + " are more than 2^31 - 1 elements, " + name + " is " + x.shape() + ", weight " + weight.shape()
                    + ", " + window);
        }
        return sizes;
    }

    private static void requireBias(String operation, String name, @Nullable Tensor bias, Tensor images) {
        if (bias != null) {
            require(operation, name, bias, images.dtype());
            requireElements(operation, name, bias, 1, images.size(1));
        }
    }

    /** Each block of images has a sum of its own. */
    private static void requireSums(String operation, Tensor dWeight) {
        if (dWeight.shape().elements() > Integer.MAX_VALUE / Convolution.BLOCKS) {
            throw new IllegalArgumentException(operation + ": wants a weight of at most "
                    + Integer.MAX_VALUE / Convolution.BLOCKS + " elements, dWeight is " + dWeight.shape());
        }
    }

    private static void record(
            Op op, Tensor x, Tensor weight, @Nullable Tensor bias, Window window, int groups, Tensor out) {
        double[] numbers = Arrays.copyOf(window.numbers(), 7);
        numbers[6] = groups;
        Tracing.record(op, numbers, out, bias == null ? new Tensor[] {x, weight} : new Tensor[] {x, weight, bias});
    }
}
