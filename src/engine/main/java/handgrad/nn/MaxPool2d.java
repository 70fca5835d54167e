package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.Pooling;
import handgrad.tensor.Tensor;
import handgrad.tensor.Window;
import org.jspecify.annotations.Nullable;

/**
 * The largest pixel of each window: PyTorch's {@code MaxPool2d}. (N, channels, height, width) becomes (N, channels,
 * outHeight, outWidth), where a size becomes ⌊(size + 2·padding - kernel) / stride⌋ + 1. Padding never is the largest;
 * pixels that no window reaches are left out. Keeps for backward where the largest pixels stood.
 */
public final class MaxPool2d implements Layer {
    private final Passes passes = new Passes("MaxPool2d", Parts.NONE);
    private final Window window;
    private @Nullable Tensor input;
    private @Nullable Tensor output;
    private @Nullable Tensor indices;
    private @Nullable Tensor dX;

    /** A layer of square windows side by side: the stride is the kernel size. */
    public MaxPool2d(int kernelSize) {
        this(kernelSize, kernelSize);
    }

    /**
     * A layer of square windows that move by a stride.
     *
     * @param kernelSize at least 1
     * @param stride at least 1
     */
    public MaxPool2d(int kernelSize, int stride) {
        this(kernelSize, stride, 0);
    }

    /**
     * A layer of square windows that move by a stride over images with padding.
     *
     * @param kernelSize at least 1
     * @param stride at least 1
     * @param padding from 0 to half of the kernel size
     */
    public MaxPool2d(int kernelSize, int stride, int padding) {
        this(new Window(kernelSize, stride, padding));
    }

    /**
     * A layer of any windows.
     *
     * @param window its padding is at most half of its kernel
     */
    public MaxPool2d(Window window) {
        window.requirePooling("MaxPool2d");
        this.window = window;
    }

    /** The kernel, its stride and its padding. */
    public Window window() {
        return window;
    }

    /**
     * out[n, c, y, z] = max over i, j of x[n, c, y·stride + i - padding, z·stride + j - padding], where these are in
     * the image. Of several largest the first counts, row by row.
     *
     * @param x (N, channels, height, width), not empty, with its padding not smaller than a window
     * @return (N, channels, outHeight, outWidth)
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            window.requireImages("MaxPool2d", "x", x, Window.ANY);
            input = x;
            output = Buffers.images(x, x.size(1), window.outHeight(x), window.outWidth(x), output);
            indices = Buffers.like(DType.INT32, output.shape(), indices);
            Pooling.maxPool2d(x, window, output, indices);
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
            Pooling.maxPool2dBackward(dOut, Passes.kept(indices), dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
