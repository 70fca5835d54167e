package handgrad.nn;

import handgrad.tensor.Size2d;

/**
 * What a {@link Conv2d} does besides its sizes.
 *
 * <pre>{@code
 * new Conv2d(3, 64, 3, Conv2dOptions.PYTORCH.withPadding(1), random)
 * new Conv2d(4, 8, new Size2d(3, 5), Conv2dOptions.PYTORCH.withStride(2, 1).withGroups(2), random)
 * }</pre>
 *
 * @param stride how far the kernel moves, at least 1
 * @param padding the zeros at each edge of an image, from 0 to less than the kernel size
 * @param groups the runs of channels that see nothing of each other, at least 1; as many as there are input channels
 *     for a depthwise convolution
 * @param bias whether there is a bias
 * @param initialization how weight and bias are drawn
 */
public record Conv2dOptions(Size2d stride, Size2d padding, int groups, boolean bias, Initialization initialization) {
    /** PyTorch's defaults: stride 1, no padding, one group, a bias, {@link Initialization#PYTORCH}. */
    public static final Conv2dOptions PYTORCH =
            new Conv2dOptions(Size2d.square(1), Size2d.square(0), 1, true, Initialization.PYTORCH);

    /** Checks stride, padding and groups. */
    public Conv2dOptions {
        if (!stride.isAtLeast(1) || !padding.isAtLeast(0) || groups < 1) {
            throw new IllegalArgumentException("Conv2dOptions: wants a stride of at least 1, a padding of at least 0"
                    + " and at least 1 group, they are " + stride + ", " + padding + " and " + groups);
        }
    }

    /** These options with another stride, the same down and along the rows. */
    public Conv2dOptions withStride(int stride) {
        return withStride(stride, stride);
    }

    /** These options with another stride down and along the rows. */
    public Conv2dOptions withStride(int height, int width) {
        return new Conv2dOptions(new Size2d(height, width), padding, groups, bias, initialization);
    }

    /** These options with another padding, the same at all edges. */
    public Conv2dOptions withPadding(int padding) {
        return withPadding(padding, padding);
    }

    /** These options with another padding above and below, and at both sides. */
    public Conv2dOptions withPadding(int height, int width) {
        return new Conv2dOptions(stride, new Size2d(height, width), groups, bias, initialization);
    }

    /** These options with another number of groups. */
    public Conv2dOptions withGroups(int groups) {
        return new Conv2dOptions(stride, padding, groups, bias, initialization);
    }

    /** These options with or without a bias. */
    public Conv2dOptions withBias(boolean bias) {
        return new Conv2dOptions(stride, padding, groups, bias, initialization);
    }

    /** These options with another initialisation. */
    public Conv2dOptions withInitialization(Initialization initialization) {
        return new Conv2dOptions(stride, padding, groups, bias, initialization);
    }
}
