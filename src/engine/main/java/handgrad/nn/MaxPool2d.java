package handgrad.nn;

import handgrad.tensor.Convolutions;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import handgrad.tensor.Window;
import org.jspecify.annotations.Nullable;

/**
 * The largest pixel of each window of k x k: PyTorch's {@code MaxPool2d} without padding. (N, channels, height, width)
 * becomes (N, channels, outHeight, outWidth), where a size becomes ⌊(size - k) / stride⌋ + 1; pixels that no window
 * reaches are left out. Keeps for backward where the largest pixels stood.
 */
public final class MaxPool2d implements Layer {
    private final Passes passes = new Passes("MaxPool2d", Parts.NONE);
    private final Window window;
    private @Nullable Tensor input;
    private @Nullable Tensor output;
    private @Nullable Tensor indices;
    private @Nullable Tensor dX;

    /** A layer of windows side by side: the stride is the kernel size. */
    public MaxPool2d(int kernelSize) {
        this(kernelSize, kernelSize);
    }

    /**
     * A layer of windows that move by a stride.
     *
     * @param kernelSize k, at least 1
     * @param stride at least 1
     */
    public MaxPool2d(int kernelSize, int stride) {
        window = new Window(kernelSize, stride, 0);
    }

    /**
     * out[n, c, y, z] = max over i, j from 0 to k - 1 of x[n, c, y·stride + i, z·stride + j]. Of several largest the
     * first counts, row by row.
     *
     * @param x (N, channels, height, width), not smaller than a window
     * @return (N, channels, outHeight, outWidth)
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            window.requireImages("MaxPool2d", "x", x, Window.ANY);
            input = x;
            output = Buffers.images(x, x.size(1), window.count(x.size(2)), window.count(x.size(3)), output);
            indices = Buffers.like(DType.INT32, output.shape(), indices);
            Convolutions.maxPool2d(x, window, output, indices);
            return pass.output(output);
        }
    }

    /**
     * The gradient of an output goes to the pixel that it was, and those of several to one pixel add up: dX[n, c, u, v]
     * = Σ of dOut[n, c, y, z] over the windows (y, z) whose largest pixel is (u, v).
     *
     * @param dOut (N, channels, outHeight, outWidth)
     * @return (N, channels, height, width)
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            dX = Buffers.like(Passes.kept(input), dX);
            Convolutions.maxPool2dBackward(dOut, Passes.kept(indices), dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
