package handgrad.nn;

import handgrad.tensor.Size2d;

/**
 * What a {@link ConvTranspose2d} does besides its sizes.
 *
 * <pre>{@code
 * var options = ConvTranspose2dOptions.PYTORCH.withStride(2).withPadding(1).withOutputPadding(1); // twice the size
 * new ConvTranspose2d(64, 32, 3, options, random)
 * }</pre>
 *
 * @param stride how far the kernel moves over the output, at least 1
 * @param padding the pixels that are left out at each edge of the output, from 0 to less than the kernel size
 * @param outputPadding how much higher and wider the output is than it must be, from 0 to less than the stride
 * @param groups the runs of channels that see nothing of each other, at least 1
 * @param bias whether there is a bias
 * @param initialization how weight and bias are drawn
 */
public record ConvTranspose2dOptions(
        Size2d stride, Size2d padding, Size2d outputPadding, int groups, boolean bias, Initialization initialization) {
    /** PyTorch's defaults: stride 1, no padding of either kind, one group, a bias, {@link Initialization#PYTORCH}. */
    public static final ConvTranspose2dOptions PYTORCH = new ConvTranspose2dOptions(
            Size2d.square(1), Size2d.square(0), Size2d.square(0), 1, true, Initialization.PYTORCH);

    /** Checks stride, padding and groups. */
    public ConvTranspose2dOptions {
        if (!stride.isAtLeast(1) || !padding.isAtLeast(0) || !outputPadding.isAtLeast(0) || groups < 1) {
            throw new IllegalArgumentException("ConvTranspose2dOptions: wants a stride of at least 1, paddings of at"
                    + " least 0 and at least 1 group, the stride is " + stride + ", the padding " + padding
                    + ", the output padding " + outputPadding + ", the groups are " + groups);
        }
    }

    /** These options with another stride, the same down and along the rows. */
    public ConvTranspose2dOptions withStride(int stride) {
        return withStride(stride, stride);
    }

    /** These options with another stride down and along the rows. */
    public ConvTranspose2dOptions withStride(int height, int width) {
        return new ConvTranspose2dOptions(
                new Size2d(height, width), padding, outputPadding, groups, bias, initialization);
    }

    /** These options with another padding, the same at all edges. */
    public ConvTranspose2dOptions withPadding(int padding) {
        return withPadding(padding, padding);
    }

    /** These options with another padding above and below, and at both sides. */
    public ConvTranspose2dOptions withPadding(int height, int width) {
        return new ConvTranspose2dOptions(
                stride, new Size2d(height, width), outputPadding, groups, bias, initialization);
    }

    /** These options with another output padding, the same down and along the rows. */
    public ConvTranspose2dOptions withOutputPadding(int outputPadding) {
        return withOutputPadding(outputPadding, outputPadding);
    }

    /** These options with another output padding down and along the rows. */
    public ConvTranspose2dOptions withOutputPadding(int height, int width) {
        return new ConvTranspose2dOptions(stride, padding, new Size2d(height, width), groups, bias, initialization);
    }

    /** These options with another number of groups. */
    public ConvTranspose2dOptions withGroups(int groups) {
        return new ConvTranspose2dOptions(stride, padding, outputPadding, groups, bias, initialization);
    }

    /** These options with or without a bias. */
    public ConvTranspose2dOptions withBias(boolean bias) {
        return new ConvTranspose2dOptions(stride, padding, outputPadding, groups, bias, initialization);
    }

    /** These options with another initialisation. */
    public ConvTranspose2dOptions withInitialization(Initialization initialization) {
        return new ConvTranspose2dOptions(stride, padding, outputPadding, groups, bias, initialization);
    }
}
