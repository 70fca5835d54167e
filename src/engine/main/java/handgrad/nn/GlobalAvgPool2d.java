package handgrad.nn;

import handgrad.tensor.Pooling;
import handgrad.tensor.Size2d;
import handgrad.tensor.Tensor;
import handgrad.tensor.Window;
import org.jspecify.annotations.Nullable;

/**
 * The mean of all pixels of each channel, whatever the size of the images: PyTorch's {@code AdaptiveAvgPool2d(1)}. (N,
 * channels, height, width) becomes (N, channels, 1, 1), which {@link Flatten} of dimensions 1 to 3 makes (N, channels).
 */
public final class GlobalAvgPool2d implements Layer {
    private final Passes passes = new Passes("GlobalAvgPool2d", Parts.NONE);
    private Window window = new Window(1, 1, 0);
    private @Nullable Tensor input;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** A layer for images of any size. */
    public GlobalAvgPool2d() {}

    /**
     * out[n, c, 0, 0] = Σ over u, v of x[n, c, u, v] / (height · width).
     *
     * @param x (N, channels, height, width), not empty
     * @return (N, channels, 1, 1)
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            if (x.shape().rank() != 4 || x.size(2) < 1 || x.size(3) < 1) {
                throw new IllegalArgumentException(
                        "GlobalAvgPool2d: wants (N, channels, height, width) of at least 1 x 1, x is " + x.shape());
            }
            input = x;
            if (window.kernel().height() != x.size(2) || window.kernel().width() != x.size(3)) {
                window = new Window(new Size2d(x.size(2), x.size(3)), Size2d.square(1), Size2d.square(0));
            }
            output = Buffers.images(x, x.size(1), 1, 1, output);
            Pooling.avgPool2d(x, window, output);
            return pass.output(output);
        }
    }

    /**
     * dX[n, c, u, v] = dOut[n, c, 0, 0] / (height · width).
     *
     * @param dOut (N, channels, 1, 1)
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
