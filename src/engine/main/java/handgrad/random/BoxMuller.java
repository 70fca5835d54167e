package handgrad.random;

/** Box and Muller's method as PyTorch applies it to many numbers: a block of uniform ones becomes a block of normal. */
final class BoxMuller {
    static final int BLOCK = 16;
    private static final int HALF = BLOCK / 2;

    private BoxMuller() {}

    /** Box and Muller's method on 16 uniform numbers in place; each step rounds to float32, as PyTorch's does. */
    static void apply(float[] block, int start) {
        for (int i = start; i < start + HALF; i++) {
            float logarithm = (float) StrictMath.log(1 - block[i]);
            float radius = (float) Math.sqrt(-2 * logarithm);
            float angle = (float) (2 * Math.PI * block[i + HALF]);
            block[i] = radius * (float) Circle.cos(angle);
            block[i + HALF] = radius * (float) Circle.sin(angle);
        }
    }

    static void apply(double[] block, int start) {
        for (int i = start; i < start + HALF; i++) {
            double radius = Math.sqrt(-2 * StrictMath.log(1 - block[i]));
            double angle = 2 * Math.PI * block[i + HALF];
            block[i] = radius * Circle.cos(angle);
            block[i + HALF] = radius * Circle.sin(angle);
        }
    }
}
