package handgrad.kernel.conv;

/**
 * The sizes of a convolution. Each thread has one, which it fills anew for every pass, so that a step allocates
 * nothing.
 */
public final class ConvolutionSizes {
    private static final ThreadLocal<ConvolutionSizes> OF_THREAD = ThreadLocal.withInitial(ConvolutionSizes::new);

    int batch;
    int inChannels;
    int height;
    int width;
    int outChannels;
    int kernel;
    int stride;
    int padding;
    int outHeight;
    int outWidth;

    private ConvolutionSizes() {}

    /** Those of this thread, filled; they hold until its next call. */
    public static ConvolutionSizes of(
            int batch, int inChannels, int height, int width, int outChannels, int kernel, int stride, int padding) {
        var sizes = OF_THREAD.get();
        sizes.batch = batch;
        sizes.inChannels = inChannels;
        sizes.height = height;
        sizes.width = width;
        sizes.outChannels = outChannels;
        sizes.kernel = kernel;
        sizes.stride = stride;
        sizes.padding = padding;
        sizes.outHeight = Math.toIntExact((height + 2L * padding - kernel) / stride + 1);
        sizes.outWidth = Math.toIntExact((width + 2L * padding - kernel) / stride + 1);
        return sizes;
    }

    /**
     * The elements of the largest buffer that a pass needs: an image in planes with their border, or the columns of a
     * row of output pixels; each for the output, and for the gradient of the input. Not an exact number where it is no
     * int.
     */
    public double largestBuffer() {
        double area = (double) kernel * kernel;
        double input = inChannels * Math.max((height + 2.0 * padding) * (width + 2.0 * padding), area * row(outWidth));
        double gradient = outChannels * Math.max((height + kernel - 1.0) * (width + kernel - 1.0), area * row(width));
        return Math.max(input, gradient) + ImageColumns.SLACK;
    }

    private static double row(int pixels) {
        return (double) pixels + ImageColumns.SLACK;
    }
}
