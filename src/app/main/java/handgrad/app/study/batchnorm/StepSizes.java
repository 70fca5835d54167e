package handgrad.app.study.batchnorm;

/** Step sizes along the gradient. */
final class StepSizes {
    private static final int COUNT = 10;

    /** From 1/2 to 4 learning rates of 0.1, so 0.4 at most: the paper's for VGG. */
    static final double[] OF_VGG = between(0.05, 0.4);

    private StepSizes() {}

    /** Ten from the first to the last, in equal ratios. */
    static double[] between(double first, double last) {
        double[] sizes = new double[COUNT];
        for (int i = 0; i < COUNT; i++) {
            sizes[i] = first * Math.pow(last / first, (double) i / (COUNT - 1));
        }
        return sizes;
    }
}
