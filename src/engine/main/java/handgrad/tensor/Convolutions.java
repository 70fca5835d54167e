package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireElements;

import handgrad.kernel.conv.Convolution;
import handgrad.kernel.conv.MaxPooling;
import org.jspecify.annotations.Nullable;

/**
 * Convolution and pooling of images (N, channels, height, width), each with its backward pass under it, into tensors that the
 * caller owns.
 */
public final class Convolutions {
    private Convolutions() {}

    /**
     * Convolution as PyTorch's {@code conv2d}, of square kernels of size k. The weight has a row for each input that an output
     * sees, row (c·k + i)·k + j for channel c at row i and column j of the kernel: PyTorch's (outChannels, inChannels, k, k)
     * flattened to (outChannels, inChannels·k²) and transposed.
     *
     * <pre>
     * out[n, o, y, z] = bias[o] + Σ over c, i, j of weight[c, i, j, o] · x[n, c, y·stride + i - padding, z·stride + j - padding]
     * </pre>
     *
     * where x is 0 outside of the image.
     *
     * @param x (N, inChannels, height, width)
     * @param weight (inChannels·k², outChannels)
     * @param bias (outChannels), or null for none
     * @param kernelSize k, at least 1
     * @param stride how far the kernel moves, at least 1
     * @param padding the zeros at each edge, from 0 to k - 1
     * @param out (N, outChannels, outHeight, outWidth), where a size becomes ⌊(size + 2·padding - k) / stride⌋ + 1; written
     */
    public static void conv2d(
            Tensor x, Tensor weight, @Nullable Tensor bias, int kernelSize, int stride, int padding, Tensor out) {
        requireConvolution("conv2d", "x", x, weight, kernelSize, stride, padding, "out", out);
        requireApart("conv2d", "out", out, "x", x);
        if (bias != null) {
            require("conv2d", "bias", bias, weight.dtype());
            requireElements("conv2d", "bias", bias, 1, weight.size(1));
        }
        if (x.dtype() == DType.FLOAT32) {
            Convolution.forward(
                    x.floats(),
                    x.size(0),
                    x.size(1),
                    x.size(2),
                    x.size(3),
                    weight.floats(),
                    bias == null ? null : bias.floats(),
                    weight.size(1),
                    kernelSize,
                    stride,
                    padding,
                    out.floats());
        } else {
            Convolution.forward(
                    x.doubles(),
                    x.size(0),
                    x.size(1),
                    x.size(2),
                    x.size(3),
                    weight.doubles(),
                    bias == null ? null : bias.doubles(),
                    weight.size(1),
                    kernelSize,
                    stride,
                    padding,
                    out.doubles());
        }
        if (Tracing.isOn()) {
            Tracing.tell(
                    Op.CONV2D,
                    new double[] {kernelSize, stride, padding},
                    out,
                    bias == null ? new Tensor[] {x, weight} : new Tensor[] {x, weight, bias});
        }
    }

    /**
     * The gradients of {@link #conv2d} for its parameters.
     *
     * <pre>
     * dWeight[c, i, j, o] += Σ over n, y, z of x[n, c, y·stride + i - padding, z·stride + j - padding] · dOut[n, o, y, z]
     * dBias[o] += Σ over n, y, z of dOut[n, o, y, z]
     * </pre>
     *
     * @param x (N, inChannels, height, width)
     * @param dOut (N, outChannels, outHeight, outWidth)
     * @param dWeight (inChannels·k², outChannels), added to
     * @param dBias (outChannels), added to, or null for none
     */
    public static void conv2dBackwardParameters(
            Tensor x, Tensor dOut, int kernelSize, int stride, int padding, Tensor dWeight, @Nullable Tensor dBias) {
        requireConvolution("conv2dBackward", "x", x, dWeight, kernelSize, stride, padding, "dOut", dOut);
        if (dBias != null) {
            require("conv2dBackward", "dBias", dBias, dWeight.dtype());
            requireElements("conv2dBackward", "dBias", dBias, 1, dWeight.size(1));
        }
        if (x.dtype() == DType.FLOAT32) {
            Convolution.backwardParameters(
                    x.floats(),
                    x.size(0),
                    x.size(1),
                    x.size(2),
                    x.size(3),
                    dOut.floats(),
                    dWeight.size(1),
                    kernelSize,
                    stride,
                    padding,
                    dWeight.floats(),
                    dBias == null ? null : dBias.floats());
        } else {
            Convolution.backwardParameters(
                    x.doubles(),
                    x.size(0),
                    x.size(1),
                    x.size(2),
                    x.size(3),
                    dOut.doubles(),
                    dWeight.size(1),
                    kernelSize,
                    stride,
                    padding,
                    dWeight.doubles(),
                    dBias == null ? null : dBias.doubles());
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
    public static void conv2dBackwardInput(
            Tensor dOut, Tensor weight, int kernelSize, int stride, int padding, Tensor dX) {
        requireConvolution("conv2dBackward", "dX", dX, weight, kernelSize, stride, padding, "dOut", dOut);
        requireApart("conv2dBackward", "dX", dX, "dOut", dOut);
        if (dX.dtype() == DType.FLOAT32) {
            Convolution.backwardInput(
                    dOut.floats(),
                    dX.size(0),
                    dX.size(1),
                    dX.size(2),
                    dX.size(3),
                    weight.floats(),
                    weight.size(1),
                    kernelSize,
                    stride,
                    padding,
                    dX.floats());
        } else {
            Convolution.backwardInput(
                    dOut.doubles(),
                    dX.size(0),
                    dX.size(1),
                    dX.size(2),
                    dX.size(3),
                    weight.doubles(),
                    weight.size(1),
                    kernelSize,
                    stride,
                    padding,
                    dX.doubles());
        }
    }

    private static void requireConvolution(
            String operation,
            String name,
            Tensor x,
            Tensor weight,
            int kernelSize,
            int stride,
            int padding,
            String outName,
            Tensor out) {
        require(operation, name, x, weight.dtype());
        require(operation, outName, out, weight.dtype());
        if (kernelSize < 1 || stride < 1 || padding < 0 || padding >= kernelSize) {
            throw new IllegalArgumentException(
                    operation + ": wants a kernel size k and a stride of at least 1 and a padding"
                            + " from 0 to k - 1, they are " + kernelSize + ", " + stride + " and " + padding);
        }
        if (x.shape().rank() != 4
                || weight.shape().rank() != 2
                || weight.size(0) != x.size(1) * kernelSize * kernelSize
                || Math.min(x.size(2), x.size(3)) + 2 * padding < kernelSize) {
            throw new IllegalArgumentException(operation + ": wants images (N, C, height, width), not smaller than the"
                    + " kernel, and weight (C·" + kernelSize + "², outChannels), " + name + " is " + x.shape()
                    + ", padding " + padding + ", weight " + weight.shape());
        }
        int outHeight = Convolution.outSize(x.size(2), kernelSize, stride, padding);
        int outWidth = Convolution.outSize(x.size(3), kernelSize, stride, padding);
        requireSizes(operation, outName, out, x.size(0), weight.size(1), outHeight, outWidth);
    }

    /**
     * The largest element of each window of k x k pixels, PyTorch's {@code max_pool2d}; of several the first, row by row.
     *
     * @param x (N, channels, height, width)
     * @param kernelSize k, at least 1
     * @param stride how far the window moves, at least 1
     * @param out (N, channels, outHeight, outWidth), where a size becomes ⌊(size - k) / stride⌋ + 1; written
     * @param indices INT32 of the shape of out, written: where in its plane of x each element of out stands
     */
    public static void maxPool2d(Tensor x, int kernelSize, int stride, Tensor out, Tensor indices) {
        requirePooling("maxPool2d", x, kernelSize, stride, out, indices);
        int planes = x.size(0) * x.size(1);
        if (x.dtype() == DType.FLOAT32) {
            MaxPooling.forward(
                    x.floats(), planes, x.size(2), x.size(3), kernelSize, stride, out.floats(), indices.ints());
        } else {
            MaxPooling.forward(
                    x.doubles(), planes, x.size(2), x.size(3), kernelSize, stride, out.doubles(), indices.ints());
        }
        if (Tracing.isOn()) {
            Tracing.tell(Op.MAX_POOL2D, new double[] {kernelSize, stride}, out, x);
        }
    }

    private static void requirePooling(
            String operation, Tensor x, int kernelSize, int stride, Tensor out, Tensor indices) {
        require(operation, "out", out, x.dtype());
        require(operation, "indices", indices, DType.INT32);
        if (kernelSize < 1 || stride < 1) {
            throw new IllegalArgumentException(operation + ": wants a kernel size and a stride of at least 1, they are "
                    + kernelSize + " and " + stride);
        }
        if (x.shape().rank() != 4 || Math.min(x.size(2), x.size(3)) < kernelSize) {
            throw new IllegalArgumentException(operation + ": wants images (N, C, height, width), not smaller than the"
                    + " window of " + kernelSize + " x " + kernelSize + ", x is " + x.shape());
        }
        int outHeight = (x.size(2) - kernelSize) / stride + 1;
        int outWidth = (x.size(3) - kernelSize) / stride + 1;
        requireSizes(operation, "out", out, x.size(0), x.size(1), outHeight, outWidth);
        requireSizes(operation, "indices", indices, x.size(0), x.size(1), outHeight, outWidth);
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
