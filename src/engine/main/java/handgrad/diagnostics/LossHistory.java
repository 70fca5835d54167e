package handgrad.diagnostics;

import java.util.Arrays;

/** The loss of each step. */
final class LossHistory {
    private float[] losses = new float[1024];
    private int size;

    void add(double loss) {
        if (size == losses.length) {
            losses = Arrays.copyOf(losses, 2 * size);
        }
        losses[size++] = (float) loss;
    }

    int size() {
        return size;
    }

    double get(int step) {
        return losses[step];
    }

    /** A copy. */
    float[] toArray() {
        return Arrays.copyOf(losses, size);
    }

    /** The mean of {@code count} losses, of which the last is {@code skip} before the end. */
    double mean(int count, int skip) {
        double sum = 0;
        for (int i = size - skip - count; i < size - skip; i++) {
            sum += losses[i];
        }
        return sum / count;
    }

    /** The least of the last {@code count} losses. */
    double least(int count) {
        double least = Double.POSITIVE_INFINITY;
        for (int i = size - count; i < size; i++) {
            least = Math.min(least, losses[i]);
        }
        return least;
    }

    /** The largest of the last {@code count} losses. */
    double largest(int count) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = size - count; i < size; i++) {
            largest = Math.max(largest, losses[i]);
        }
        return largest;
    }
}
