package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireFloating;
import static handgrad.tensor.Requirements.requireIndices;
import static handgrad.tensor.Requirements.requireSizes;

import handgrad.kernel.conv.AveragePooling;
import handgrad.kernel.conv.MaxPooling;

/**
 * Pooling of images (N, channels, height, width), each with its backward pass under it, into tensors that the caller
 * owns. A window has at most half of its kernel outside of an image, as PyTorch wants it.
 */
public final class Pooling {
    private Pooling() {}

    /**
     * The largest element of each window of pixels, PyTorch's {@code max_pool2d}; of several the first, row by row.
     * Padding does not count.
     *
     * @param x (N, channels, height, width)
     * @param window its padding is at most half of its kernel
     * @param out (N, channels, outHeight, outWidth), where a size becomes ⌊(size + 2·padding - kernel) / stride⌋ + 1;
     *     written
     * @param indices INT32 of the shape of out, written: where in its plane of x each element of out stands
     */
    public static void maxPool2d(Tensor x, Window window, Tensor out, Tensor indices) {
        requirePooling("maxPool2d", x, window, "out", out);
        require("maxPool2d", "indices", indices, DType.INT32);
        requireSizes("maxPool2d", "indices", indices, x.size(0), x.size(1), out.size(2), out.size(3));
        var sizes = window.over(x);
        if (x.dtype() == DType.FLOAT32) {
            MaxPooling.forward(sizes, x.floats(), out.floats(), indices.ints());
        } else {
            MaxPooling.forward(sizes, x.doubles(), out.doubles(), indices.ints());
        }
        if (Tracing.isOn()) {
            Tracing.record(Op.MAX_POOL2D, window.numbers(), out, x);
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

    /**
     * The mean of each window of pixels, PyTorch's {@code avg_pool2d} with its default count_include_pad=True: padding
     * counts as zeros.
     *
     * <pre>
     * out[n, c, y, z] = Σ over i, j of x[n, c, u, v] / (kernelHeight · kernelWidth)
     *     with u = y·stride + i - padding, v = z·stride + j - padding
     * </pre>
     *
     * @param x (N, channels, height, width)
     * @param window its padding is at most half of its kernel
     * @param out (N, channels, outHeight, outWidth), where a size becomes ⌊(size + 2·padding - kernel) / stride⌋ + 1;
     *     written, not x
     */
    public static void avgPool2d(Tensor x, Window window, Tensor out) {
        requirePooling("avgPool2d", x, window, "out", out);
        requireApart("avgPool2d", "out", out, "x", x);
        if (x.dtype() == DType.FLOAT32) {
            AveragePooling.forward(window.over(x), x.floats(), out.floats());
        } else {
            AveragePooling.forward(window.over(x), x.doubles(), out.doubles());
        }
        if (Tracing.isOn()) {
            Tracing.record(Op.AVG_POOL2D, window.numbers(), out, x);
        }
    }

    /**
     * Each pixel of a window had the same share of its mean.
     *
     * <pre>
     * dX[n, c, u, v] = Σ over all y, z whose window sees (u, v) of dOut[n, c, y, z] / (kernelHeight · kernelWidth)
     * </pre>
     *
     * @param dOut (N, channels, outHeight, outWidth)
     * @param dX (N, channels, height, width), written; not dOut
     */
    public static void avgPool2dBackward(Tensor dOut, Window window, Tensor dX) {
        requirePooling("avgPool2dBackward", dX, window, "dOut", dOut);
        requireApart("avgPool2dBackward", "dX", dX, "dOut", dOut);
        if (dX.dtype() == DType.FLOAT32) {
            AveragePooling.backward(window.over(dX), dOut.floats(), dX.floats());
        } else {
            AveragePooling.backward(window.over(dX), dOut.doubles(), dX.doubles());
        }
    }

    private static void requirePooling(String operation, Tensor x, Window window, String outName, Tensor out) {
        requireFloating(operation, x);
        require(operation, outName, out, x.dtype());
        window.requirePooling(operation);
        window.requireImages(operation, outName.equals("out") ? "x" : "dX", x, Window.ANY);
        requireSizes(operation, outName, out, x.size(0), x.size(1), window.outHeight(x), window.outWidth(x));
    }
}
