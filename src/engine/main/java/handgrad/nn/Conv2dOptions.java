package handgrad.nn;

/**
 * What a {@link Conv2d} does besides its sizes.
 *
 * <pre>{@code
 * new Conv2d(3, 64, 3, Conv2dOptions.PYTORCH.withPadding(1), random)
 * }</pre>
 *
 * @param stride how far the kernel moves, at least 1
 * @param padding the zeros at each edge of an image, from 0 to less than the kernel size
 * @param bias whether there is a bias
 * @param initialization how weight and bias are drawn
 */
public record Conv2dOptions(int stride, int padding, boolean bias, Initialization initialization) {
    /** PyTorch's defaults: stride 1, no padding, a bias, {@link Initialization#PYTORCH}. */
    public static final Conv2dOptions PYTORCH = new Conv2dOptions(1, 0, true, Initialization.PYTORCH);

    /** Checks stride and padding. */
    public Conv2dOptions {
        if (stride < 1 || padding < 0) {
            throw new IllegalArgumentException(
                    "Conv2dOptions: wants a stride of at least 1 and a padding of at least 0," + " they are " + stride
                            + " and " + padding);
        }
    }

    /** These options with another stride. */
    public Conv2dOptions withStride(int stride) {
        return new Conv2dOptions(stride, padding, bias, initialization);
    }

    /** These options with another padding. */
    public Conv2dOptions withPadding(int padding) {
        return new Conv2dOptions(stride, padding, bias, initialization);
    }

    /** These options with or without a bias. */
    public Conv2dOptions withBias(boolean bias) {
        return new Conv2dOptions(stride, padding, bias, initialization);
    }

    /** These options with another initialisation. */
    public Conv2dOptions withInitialization(Initialization initialization) {
        return new Conv2dOptions(stride, padding, bias, initialization);
    }
}
