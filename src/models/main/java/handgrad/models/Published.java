package handgrad.models;

import java.util.OptionalDouble;

/**
 * The losses that the notebook of a model prints.
 *
 * @param first of the first batch, before any update
 * @param last of the last batch, before its update, with the penalty where there is one
 * @param train over the training rows after the last step; for part 1, which does not split its names, over them
 *     all
 * @param dev over the dev rows after the last step
 * @param tolerance how far from them a loss that agrees with them may be
 */
public record Published(
        OptionalDouble first, OptionalDouble last, OptionalDouble train, OptionalDouble dev, double tolerance) {
    private static final double TOLERANCE = 0.01;
    private static final OptionalDouble NONE = OptionalDouble.empty();

    /** Of a model that the notebook does not train to the end. */
    static final Published NOTHING = new Published(NONE, NONE, NONE, NONE, TOLERANCE);

    /** Whether the notebook trains the model to the end. */
    public boolean isThere() {
        return last.isPresent() || train.isPresent();
    }

    static Published of(double train, double dev) {
        return new Published(NONE, NONE, OptionalDouble.of(train), OptionalDouble.of(dev), TOLERANCE);
    }

    static Published all(double all) {
        return new Published(NONE, NONE, OptionalDouble.of(all), NONE, TOLERANCE);
    }

    static Published last(double last) {
        return new Published(NONE, OptionalDouble.of(last), NONE, NONE, TOLERANCE);
    }

    Published from(double first) {
        return new Published(OptionalDouble.of(first), last, train, dev, tolerance);
    }

    Published within(double other) {
        return new Published(first, last, train, dev, other);
    }
}
