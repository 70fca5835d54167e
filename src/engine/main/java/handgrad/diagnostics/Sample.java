package handgrad.diagnostics;

import handgrad.tensor.Tensor;

/**
 * Elements of a tensor that its statistics are taken of: so few that what is recorded takes hardly any of a training's
 * time.
 */
final class Sample {
    /** At most as many elements for what is looked at often: a standard deviation is known to 2 %. */
    static final int SMALL = 2_039;

    /** At most as many for what is drawn: the tensors of the lectures' networks are hardly larger. */
    static final int LARGE = 10_007;

    private Sample() {}

    /**
     * The elements themselves where they are at most {@code most}, not a copy; otherwise a copy of that many at equal
     * distances.
     *
     * @param most a prime number, so that the distance is hardly ever a whole number of rows, which would take all from
     *     one column
     */
    static float[] of(Tensor tensor, int most) {
        float[] elements = Moments.floats(tensor);
        if (elements.length <= most) {
            return elements;
        }
        float[] sample = new float[most];
        double distance = (double) elements.length / most;
        for (int i = 0; i < most; i++) {
            sample[i] = elements[(int) (i * distance)];
        }
        return sample;
    }
}
