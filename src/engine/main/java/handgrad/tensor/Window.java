package handgrad.tensor;

import handgrad.kernel.conv.WindowSizes;

/**
 * The window that a convolution or a pooling moves over images.
 *
 * @param kernel how high and wide it is, at least 1 and together fewer than 2^31 pixels
 * @param stride how far it moves, at least 1
 * @param padding the zeros at each edge of an image, from 0 to less than the kernel
 */
public record Window(Size2d kernel, Size2d stride, Size2d padding) {
    /** Any number of channels, for {@link #requireImages}. */
    public static final int ANY = -1;

    /** Checks the three. */
    public Window {
        if (!kernel.isAtLeast(1)
                || !stride.isAtLeast(1)
                || !padding.isAtLeast(0)
                || padding.height() >= kernel.height()
                || padding.width() >= kernel.width()) {
            throw new IllegalArgumentException("Window: wants a kernel and a stride of at least 1 and a padding from 0"
                    + " to less than the kernel, they are " + kernel + ", " + stride + " and " + padding);
        }
        if ((long) kernel.height() * kernel.width() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("Window: wants a kernel of at most 2^31 - 1 pixels, it is " + kernel);
        }
    }

    /** A square window, all of whose sizes are the same in both directions. */
    public Window(int kernel, int stride, int padding) {
        this(Size2d.square(kernel), Size2d.square(stride), Size2d.square(padding));
    }

    /** The pixels of a window. */
    public int area() {
        return kernel.height() * kernel.width();
    }

    /**
     * What the weight of a convolution has as rows, in words, for errors.
     *
     * @param channels what they are called
     */
    public String rows(String channels, int groups) {
        return channels + (groups == 1 ? "" : "/" + groups) + "·" + kernel.height() + "·" + kernel.width();
    }

    /** How many windows lie below each other in images x: ⌊(height + 2·padding - kernel) / stride⌋ + 1. */
    public int outHeight(Tensor x) {
        return count(x.size(2), kernel.height(), stride.height(), padding.height());
    }

    /** How many windows lie beside each other in images x: ⌊(width + 2·padding - kernel) / stride⌋ + 1. */
    public int outWidth(Tensor x) {
        return count(x.size(3), kernel.width(), stride.width(), padding.width());
    }

    private static int count(int pixels, int kernel, int stride, int padding) {
        return Math.toIntExact(Math.floorDiv(pixels + 2L * padding - kernel, stride) + 1);
    }

    /**
     * Checks images before a window moves over them.
     *
     * @param operation its name, for the error
     * @param name the name of x, for the error
     * @param x (N, channels, height, width), not empty, and with its padding not smaller than the window
     * @param channels how many, or {@link #ANY}
     * @throws IllegalArgumentException if x is something else
     */
    public void requireImages(String operation, String name, Tensor x, int channels) {
        int height = Math.max(1, kernel.height() - 2 * padding.height());
        int width = Math.max(1, kernel.width() - 2 * padding.width());
        boolean images = x.shape().rank() == 4 && (channels == ANY || x.size(1) == channels);
        if (!images || x.size(2) < height || x.size(3) < width) {
            throw new IllegalArgumentException(operation + ": wants (N, " + (channels == ANY ? "channels" : channels)
                    + ", height, width) of at least " + height + " x " + width + ", " + name + " is " + x.shape());
        }
    }

    /**
     * Checks the window of a pooling: its padding is at most half of its kernel, as PyTorch wants it.
     *
     * @param operation its name, for the error
     */
    public void requirePooling(String operation) {
        if (padding.height() > kernel.height() / 2 || padding.width() > kernel.width() / 2) {
            throw new IllegalArgumentException(operation + ": wants a padding of at most half of the kernel, the kernel"
                    + " is " + kernel + ", the padding " + padding);
        }
    }

    /** The sizes for a kernel that moves this window over images x, with as many output channels, in one group. */
    WindowSizes over(Tensor x) {
        return WindowSizes.of(x.size(0), x.size(1), x.size(2), x.size(3))
                .window(
                        kernel.height(),
                        kernel.width(),
                        stride.height(),
                        stride.width(),
                        padding.height(),
                        padding.width());
    }

    /** The numbers that a {@link Tracer} is told: height and width of the kernel, of the stride and of the padding. */
    double[] numbers() {
        return new double[] {
            kernel.height(), kernel.width(), stride.height(), stride.width(), padding.height(), padding.width()
        };
    }
}
