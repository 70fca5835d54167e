package handgrad.tensor;

/**
 * A size of images in both directions: that of a kernel, a stride or a padding. PyTorch's pair (height, width).
 *
 * @param height down the rows
 * @param width along a row
 */
public record Size2d(int height, int width) {
    /** The same size in both directions. */
    public static Size2d square(int size) {
        return new Size2d(size, size);
    }

    /** Whether both are at least a number. */
    public boolean isAtLeast(int least) {
        return Math.min(height, width) >= least;
    }

    /** Such as {@code 3 x 5}. */
    @Override
    public String toString() {
        return height + " x " + width;
    }
}
