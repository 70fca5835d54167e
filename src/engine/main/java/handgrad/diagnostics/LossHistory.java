package handgrad.diagnostics;

import handgrad.tensor.Tensor;
import java.util.Arrays;

/** The loss of each step. */
final class LossHistory {
    private static final int FIRST_LENGTH = 1024;

    private float[] losses = new float[FIRST_LENGTH];
    private int size;

    void add(double loss) {
        if (size == losses.length) {
            losses = Arrays.copyOf(losses, Math.max(FIRST_LENGTH, 2 * size));
        }
        losses[size++] = (float) loss;
    }

    int size() {
        return size;
    }

    double get(int step) {
        return losses[step];
    }

    /** Carries its own fields. */
    void fields(StateFields fields) {
        losses = fields.tensor("losses", Tensor.of(toArray(), size), StateFields.ANY)
                .floats();
        size = losses.length;
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
