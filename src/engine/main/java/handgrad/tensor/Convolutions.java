package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireElements;
import static handgrad.tensor.Requirements.requireIndices;

import handgrad.kernel.conv.Convolution;
import handgrad.kernel.conv.ConvolutionSizes;
import handgrad.kernel.conv.MaxPooling;
import org.jspecify.annotations.Nullable;

/**
 * Convolution and pooling of images (N, channels, height, width), each with its backward pass under it, into tensors
 * that the caller owns.
 */
public final class Convolutions {
    private Convolutions() {}

    /**
     * Convolution as PyTorch's {@code conv2d}, of square kernels of size k. The weight has a row for each input that an
     * output sees, row (c·k + i)·k + j for channel c at row i and column j of the kernel: PyTorch's (outChannels,
     * inChannels, k, k) flattened to (outChannels, inChannels·k²) and transposed.
     *
     * <pre>
     * out[n, o, y, z] = bias[o] + Σ over c, i, j of weight[c, i, j, o] · x[n, c, u, v]
     *     with u = y·stride + i - padding, v = z·stride + j - padding
     * </pre>
     *
     * where x is 0 outside of the image.
     *
     * @param x (N, inChannels, height, width)
     * @param weight (inChannels·k², outChannels)
     * @param bias (outChannels), or null for none
     * @param window the kernel's size k, its stride and its padding
     * @param out (N, outChannels, outHeight, outWidth), where a size becomes ⌊(size + 2·padding - k) / stride⌋ + 1;
     *     written
     */
    public static void conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, Window window, Tensor out) {
        var sizes = sizes("conv2d", "x", x, weight, window, "out", out);
        requireApart("conv2d", "out", out, "x", x);
        if (bias != null) {
            require("conv2d", "bias", bias, weight.dtype());
            requireElements("conv2d", "bias", bias, 1, weight.size(1));
        }
        if (x.dtype() == DType.FLOAT32) {
            Convolution.forward(sizes, x.floats(), weight.floats(), bias == null ? null : bias.floats(), out.floats());
        } else {
            Convolution.forward(
                    sizes, x.doubles(), weight.doubles(), bias == null ? null : bias.doubles(), out.doubles());
        }
        if (Tracing.isOn()) {
            Tracing.record(
                    Op.CONV2D,
                    new double[] {window.size(), window.stride(), window.padding()},
                    out,
                    bias == null ? new Tensor[] {x, weight} : new Tensor[] {x, weight, bias});
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
     * @param dWeight (inChannels·k², outChannels), added to
     * @param dBias (outChannels), added to, or null for none
     */
    public static void conv2dBackwardParameters(
            Tensor x, Tensor dOut, Window window, Tensor dWeight, @Nullable Tensor dBias) {
        var sizes = sizes("conv2dBackward", "x", x, dWeight, window, "dOut", dOut);
        // Each block of images has a sum of its own.
        if (dWeight.shape().elements() > Integer.MAX_VALUE / Convolution.BLOCKS) {
            throw new IllegalArgumentException("conv2dBackward: wants a weight of at most "
                    + Integer.MAX_VALUE / Convolution.BLOCKS + " elements, dWeight is " + dWeight.shape());
        }
        if (dBias != null) {
            require("conv2dBackward", "dBias", dBias, dWeight.dtype());
            requireElements("conv2dBackward", "dBias", dBias, 1, dWeight.size(1));
        }
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
     * @param weight (inChannels·k², outChannels)
     * @param dX (N, inChannels, height, width), written
     */
    public static void conv2dBackwardInput(Tensor dOut, Tensor weight, Window window, Tensor dX) {
        var sizes = sizes("conv2dBackward", "dX", dX, weight, window, "dOut", dOut);
        requireApart("conv2dBackward", "dX", dX, "dOut", dOut);
        if (dX.dtype() == DType.FLOAT32) {
            Convolution.backwardInput(sizes, dOut.floats(), weight.floats(), dX.floats());
        } else {
            Convolution.backwardInput(sizes, dOut.doubles(), weight.doubles(), dX.doubles());
        }
    }

    /** The sizes of a convolution of x to out, both checked. */
    private static ConvolutionSizes sizes(
            String operation, String name, Tensor x, Tensor weight, Window window, String outName, Tensor out) {
        require(operation, name, x, weight.dtype());
        require(operation, outName, out, weight.dtype());
        if (weight.shape().rank() != 2 || weight.size(0) % window.area() != 0) {
            throw new IllegalArgumentException(operation + ": weight must be (inChannels·" + window.size()
                    + "², outChannels), it is " + weight.shape());
        }
        window.requireImages(operation, name, x, weight.size(0) / window.area());
        int outHeight = window.count(x.size(2));
        int outWidth = window.count(x.size(3));
        requireSizes(operation, outName, out, x.size(0), weight.size(1), outHeight, outWidth);
        var sizes = ConvolutionSizes.of(
                x.size(0),
                x.size(1),
                x.size(2),
                x.size(3),
                weight.size(1),
                window.size(),
                window.stride(),
                window.padding());
        if (sizes.largestBuffer() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(operation + ": an image with its padding, or the windows of a row of it,"
                    + " are more than 2^31 - 1 elements, " + name + " is " + x.shape() + ", weight " + weight.shape()
                    + ", " + window);
        }
        return sizes;
    }

    /**
     * The largest element of each window of k x k pixels, PyTorch's {@code max_pool2d}; of several the first, row by
     * row.
     *
     * @param x (N, channels, height, width)
     * @param window without padding
     * @param out (N, channels, outHeight, outWidth), where a size becomes ⌊(size - k) / stride⌋ + 1; written
     * @param indices INT32 of the shape of out, written: where in its plane of x each element of out stands
     */
    public static void maxPool2d(Tensor x, Window window, Tensor out, Tensor indices) {
        require("maxPool2d", "out", out, x.dtype());
        require("maxPool2d", "indices", indices, DType.INT32);
        if (window.padding() != 0) {
            throw new IllegalArgumentException("maxPool2d: wants a window without padding, it is " + window);
        }
        window.requireImages("maxPool2d", "x", x, Window.ANY);
        int outHeight = window.count(x.size(2));
        int outWidth = window.count(x.size(3));
        requireSizes("maxPool2d", "out", out, x.size(0), x.size(1), outHeight, outWidth);
        requireSizes("maxPool2d", "indices", indices, x.size(0), x.size(1), outHeight, outWidth);
        int planes = x.size(0) * x.size(1);
        int kernel = window.size();
        int stride = window.stride();
        if (x.dtype() == DType.FLOAT32) {
            MaxPooling.forward(x.floats(), planes, x.size(2), x.size(3), kernel, stride, out.floats(), indices.ints());
        } else {
            MaxPooling.forward(
                    x.doubles(), planes, x.size(2), x.size(3), kernel, stride, out.doubles(), indices.ints());
        }
        if (Tracing.isOn()) {
            Tracing.record(Op.MAX_POOL2D, new double[] {kernel, stride}, out, x);
        }
    }

    /**
     * dX[n, c, indices[n, c, …]] = Σ of dOut[n, c, …] over the windows that chose that element; 0 elsewhere.
     *
     * @param dOut (N, channels, outHeight, outWidth)
     * @param indices of the shape of dOut, as forward wrote them
     * @param dX (N, channels, height, width), written; not dOut
     */
    public static void maxPool2dBackward(Tensor dOut, Tensor indices, Tensor dX) {
        require("maxPool2dBackward", "dX", dX, dOut.dtype());
        require("maxPool2dBackward", "indices", indices, DType.INT32);
        requireApart("maxPool2dBackward", "dX", dX, "dOut", dOut);
        if (dX.shape().rank() != 4
                || dOut.shape().rank() != 4
                || !indices.shape().equals(dOut.shape())) {
            throw new IllegalArgumentException("maxPool2dBackward: wants images (N, C, height, width) and indices like"
                    + " dOut, dX is " + dX.shape() + ", dOut " + dOut.shape() + ", indices " + indices.shape());
        }
        requireSizes("maxPool2dBackward", "dOut", dOut, dX.size(0), dX.size(1), dOut.size(2), dOut.size(3));
        int planes = dX.size(0) * dX.size(1);
        int outArea = dOut.size(2) * dOut.size(3);
        int area = dX.size(2) * dX.size(3);
        requireIndices("maxPool2dBackward", indices, area);
        if (dX.dtype() == DType.FLOAT32) {
            MaxPooling.backward(dOut.floats(), indices.ints(), planes, outArea, area, dX.floats());
        } else {
            MaxPooling.backward(dOut.doubles(), indices.ints(), planes, outArea, area, dX.doubles());
        }
    }

    private static void requireSizes(
            String operation, String name, Tensor tensor, int batch, int channels, int height, int width) {
        if (tensor.shape().rank() != 4
                || tensor.size(0) != batch
                || tensor.size(1) != channels
                || tensor.size(2) != height
                || tensor.size(3) != width) {
            throw new IllegalArgumentException(operation + ": " + name + " must be (" + batch + ", " + channels + ", "
                    + height + ", " + width + "), it is " + tensor.shape());
        }
    }
}
