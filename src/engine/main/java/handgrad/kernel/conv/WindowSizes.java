package handgrad.kernel.conv;

/**
 * The sizes of images, of the window that a convolution or a pooling moves over them, and of its output. Each thread
 * has one, which it fills anew for every pass, so that a step allocates nothing:
 *
 * <pre>{@code
 * WindowSizes.of(batch, channels, height, width).window(3, 3, 1, 1, 0, 0).outputs(outChannels, groups)
 * }</pre>
 */
public final class WindowSizes {
    private static final ThreadLocal<WindowSizes> OF_THREAD = ThreadLocal.withInitial(WindowSizes::new);

    int batch;
    int inChannels;
    int height;
    int width;
    int outChannels;
    int groups;
    int kernelHeight;
    int kernelWidth;
    int strideHeight;
    int strideWidth;
    int paddingHeight;
    int paddingWidth;
    int outHeight;
    int outWidth;

    private WindowSizes() {}

    /** Those of this thread, for images of these sizes; they hold until its next call. A window must follow. */
    public static WindowSizes of(int batch, int channels, int height, int width) {
        var sizes = OF_THREAD.get();
        sizes.batch = batch;
        sizes.inChannels = channels;
        sizes.height = height;
        sizes.width = width;
        return sizes.outputs(channels, 1);
    }

    /** Sets the window, and from it the size of the output: ⌊(size + 2·padding - kernel) / stride⌋ + 1. */
    public WindowSizes window(
            int kernelHeight, int kernelWidth, int strideHeight, int strideWidth, int paddingHeight, int paddingWidth) {
        this.kernelHeight = kernelHeight;
        this.kernelWidth = kernelWidth;
        this.strideHeight = strideHeight;
        this.strideWidth = strideWidth;
        this.paddingHeight = paddingHeight;
        this.paddingWidth = paddingWidth;
        outHeight = Math.toIntExact((height + 2L * paddingHeight - kernelHeight) / strideHeight + 1);
        outWidth = Math.toIntExact((width + 2L * paddingWidth - kernelWidth) / strideWidth + 1);
        return this;
    }

    /** Sets the channels of the output and the groups that divide both channels; else they are as the input's, in 1. */
    public WindowSizes outputs(int channels, int groups) {
        outChannels = channels;
        this.groups = groups;
        return this;
    }

    /** The pixels of a window. */
    int taps() {
        return kernelHeight * kernelWidth;
    }

    /** The planes of all images. */
    int planes() {
        return batch * inChannels;
    }

    /** The first row of the image that the windows of row y see. */
    int top(int y) {
        return Math.max(0, y * strideHeight - paddingHeight);
    }

    /** The row of the image before which the windows of row y end. */
    int bottom(int y) {
        return Math.min(height, y * strideHeight - paddingHeight + kernelHeight);
    }

    /** The first column of the image that the windows of column z see. */
    int left(int z) {
        return Math.max(0, z * strideWidth - paddingWidth);
    }

    /** The column of the image before which the windows of column z end. */
    int right(int z) {
        return Math.min(width, z * strideWidth - paddingWidth + kernelWidth);
    }

    /**
     * The elements of the largest buffer that a convolution needs: an image's planes of a group with their border, or
     * the columns of a row of output pixels; each for the output, and for the gradient of the input. Not an exact
     * number where it is no int.
     */
    public double largestBuffer() {
        double taps = (double) kernelHeight * kernelWidth;
        double input = Math.max((height + 2.0 * paddingHeight) * (width + 2.0 * paddingWidth), taps * row(outWidth));
        double gradient = Math.max((height + kernelHeight - 1.0) * (width + kernelWidth - 1.0), taps * row(width));
        int groupInChannels = inChannels / groups;
        int groupOutChannels = outChannels / groups;
        return Math.max(groupInChannels * input, groupOutChannels * gradient) + ImageColumns.SLACK;
    }

    private static double row(int pixels) {
        return (double) pixels + ImageColumns.SLACK;
    }
}
