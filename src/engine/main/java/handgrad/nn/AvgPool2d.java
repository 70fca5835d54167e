package handgrad.nn;

import handgrad.tensor.Pooling;
import handgrad.tensor.Tensor;
import handgrad.tensor.Window;
import org.jspecify.annotations.Nullable;

/**
 * The mean of the pixels of each window: PyTorch's {@code AvgPool2d} with its default count_include_pad=True, so that
 * padding counts as zeros. (N, channels, height, width) becomes (N, channels, outHeight, outWidth), where a size
 * becomes ⌊(size + 2·padding - kernel) / stride⌋ + 1; pixels that no window reaches are left out.
 */
public final class AvgPool2d implements Layer {
    private final Passes passes = new Passes("AvgPool2d", Parts.NONE);
    private final Window window;
    private @Nullable Tensor input;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** A layer of square windows side by side: the stride is the kernel size. */
    public AvgPool2d(int kernelSize) {
        this(kernelSize, kernelSize, 0);
    }

    /**
     * A layer of square windows that move by a stride over images with padding.
     *
     * @param kernelSize at least 1
     * @param stride at least 1
     * @param padding from 0 to half of the kernel size
     */
    public AvgPool2d(int kernelSize, int stride, int padding) {
        this(new Window(kernelSize, stride, padding));
    }

    /**
     * A layer of any windows.
     *
     * @param window its padding is at most half of its kernel
     */
    public AvgPool2d(Window window) {
        window.requirePooling("AvgPool2d");
        this.window = window;
    }

    /** The kernel, its stride and its padding. */
    public Window window() {
        return window;
    }

    /**
     * With x 0 outside of the image:
     *
     * <pre>
     * out[n, c, y, z] = Σ over i, j of x[n, c, y·stride + i - padding, z·stride + j - padding]
     *                   / (kernelHeight · kernelWidth)
     * </pre>
     *
     * @param x (N, channels, height, width), not empty, with its padding not smaller than a window
     * @return (N, channels, outHeight, outWidth)
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            window.requireImages("AvgPool2d", "x", x, Window.ANY);
            input = x;
            output = Buffers.images(x, x.size(1), window.outHeight(x), window.outWidth(x), output);
            Pooling.avgPool2d(x, window, output);
            return pass.output(output);
        }
    }

    /**
     * Each pixel of a window had the same share of its mean: dX[n, c, u, v] = Σ of dOut[n, c, y, z] / (kernelHeight ·
     * kernelWidth) over the windows (y, z) that see the pixel (u, v).
     *
     * @param dOut (N, channels, outHeight, outWidth)
     * @return (N, channels, height, width)
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            dX = Buffers.like(Passes.kept(input), dX);
            Pooling.avgPool2dBackward(dOut, window, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
