package handgrad.diagnostics;

import handgrad.tensor.Tensor;

/**
 * Elements of a tensor that its statistics are taken of: so few that what is recorded takes hardly any of a training's
 * time.
 */
final class Sample {
    /** As many elements of what is looked at often: a standard deviation is known to 3 %. */
    static final int SMALL = 499;

    /** As many of what is drawn: the tensors of the lectures' networks are hardly larger. */
    static final int LARGE = 10_007;

    /**
     * Loops over elements call a method for so many at a time. The JVM compiles a method that is called a hundred
     * times, a loop within one call only after 60,000 turns, and by then a short training is over.
     */
    static final int BLOCK = 32;

    /** Of a tensor with many more every 61st: its training takes longer too, and its updates may be few. */
    private static final int LARGEST_DISTANCE = 61;

    private Sample() {}

    /**
     * The elements themselves where they are at most {@code most}, not a copy; otherwise a copy of that many, or of
     * every {@value #LARGEST_DISTANCE}st where that is more, at equal distances.
     *
     * @param most a prime number as {@value #LARGEST_DISTANCE} is, so that the distance is hardly ever a whole number
     *     of rows, which would take all from one column
     */
    static float[] of(Tensor tensor, int most) {
        float[] elements = Moments.floats(tensor);
        if (elements.length <= most) {
            return elements;
        }
        float[] sample = new float[Math.max(most, elements.length / LARGEST_DISTANCE)];
        double distance = (double) elements.length / sample.length;
        for (int from = 0; from < sample.length; from += BLOCK) {
            copy(elements, distance, sample, from, Math.min(sample.length, from + BLOCK));
        }
        return sample;
    }

    private static void copy(float[] elements, double distance, float[] sample, int from, int to) {
        for (int i = from; i < to; i++) {
            sample[i] = elements[(int) (i * distance)];
        }
    }
}
