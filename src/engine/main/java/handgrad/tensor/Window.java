package handgrad.tensor;

/**
 * The square window that a convolution or a pooling moves over images.
 *
 * @param size k, its width and height, from 1 to 46,340
 * @param stride how far it moves, at least 1
 * @param padding the zeros at each edge of an image, from 0 to k - 1
 */
public record Window(int size, int stride, int padding) {
    /** The largest size whose square is an int. */
    private static final int LARGEST = 46_340;

    /** Any number of channels, for {@link #requireImages}. */
    public static final int ANY = -1;

    /** Checks the three. */
    public Window {
        if (size < 1 || stride < 1 || padding < 0 || padding >= size) {
            throw new IllegalArgumentException("Window: wants a size k and a stride of at least 1 and a padding from 0"
                    + " to k - 1, they are " + size + ", " + stride + " and " + padding);
        }
        if (size > LARGEST) {
            throw new IllegalArgumentException("Window: wants a size k of at most " + LARGEST + ", it is " + size);
        }
    }

    /** The pixels of a window, k². */
    public int area() {
        return size * size;
    }

    /** How many windows lie along an edge of so many pixels: ⌊(pixels + 2·padding - k) / stride⌋ + 1. */
    public int count(int pixels) {
        return Math.toIntExact(Math.floorDiv(pixels + 2L * padding - size, stride) + 1);
    }

    /**
     * Checks images before a window moves over them.
     *
     * @param operation its name, for the error
     * @param name the name of x, for the error
     * @param x (N, channels, height, width), with its padding not smaller than the window
     * @param channels how many, or {@link #ANY}
     * @throws IllegalArgumentException if x is something else
     */
    public void requireImages(String operation, String name, Tensor x, int channels) {
        boolean images = x.shape().rank() == 4 && (channels == ANY || x.size(1) == channels);
        if (!images || Math.min(x.size(2), x.size(3)) + 2L * padding < size) {
            int least = size - 2 * padding;
            throw new IllegalArgumentException(operation + ": wants (N, " + (channels == ANY ? "channels" : channels)
                    + ", height, width) of at least " + least + " x " + least + ", " + name + " is " + x.shape());
        }
    }
}
