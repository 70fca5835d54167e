package handgrad.diagnostics;

import handgrad.tensor.Tensor;

/**
 * Elements of a tensor that its statistics are taken of. They are so few that what is recorded takes hardly any of a
 * training's time, and so many that a mean or a share is known to a hundredth of the standard deviation.
 */
final class Sample {
    /** As many elements at most. */
    static final int MOST = 1 << 14;

    private Sample() {}

    /**
     * The elements themselves where they are at most {@value #MOST}, not a copy; otherwise a copy of every k-th one. k
     * has no factor in common with their number, so that every row and every column has its share.
     */
    static float[] of(Tensor tensor) {
        float[] elements = Moments.floats(tensor);
        if (elements.length <= MOST) {
            return elements;
        }
        int distance = distance(elements.length);
        float[] sample = new float[Math.ceilDiv(elements.length, distance)];
        for (int i = 0; i < sample.length; i++) {
            sample[i] = elements[i * distance];
        }
        return sample;
    }

    private static int distance(int elements) {
        int distance = Math.ceilDiv(elements, MOST);
        while (greatestCommonDivisor(elements, distance) > 1) {
            distance++;
        }
        return distance;
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
