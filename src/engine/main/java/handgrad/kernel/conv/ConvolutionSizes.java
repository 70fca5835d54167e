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
        sizes.outHeight = (height + 2 * padding - kernel) / stride + 1;
        sizes.outWidth = (width + 2 * padding - kernel) / stride + 1;
        return sizes;
    }
}
