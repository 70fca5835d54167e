package handgrad.app.study.puzzle;

import handgrad.app.command.WrongInputException;
import handgrad.app.study.StudyFolder;
import java.util.stream.Stream;

/** How a seed of the puzzle ended, and if it failed, why. The first that fits, in this order, is the label. */
enum PuzzleLabel {
    LEARNED(0, "learned", "the error is 0.01 or less"),
    DIVERGED(1, "diverged", "the error is no number, or larger than at the start"),
    SYMMETRIC(
            2,
            "symmetric",
            "all units of a layer started with the same numbers, so they act as one, or with zeros alone"),
    BORN_DEAD(3, "born dead", "the first layer's gradient was exactly 0 before the first step"),
    DIED(4, "died", "the first layer's gradient was not 0 at first and became exactly 0 in training"),
    SATURATED(5, "saturated", "an activation passes less than a twentieth of the gradient that comes to it"),
    STUCK(6, "stuck", "every gradient is below 1e-6, though none of the above holds: a flat point"),
    SLOW(7, "too slow", "there is a gradient still: more steps may do");

    /** A mean squared error above this is a failure. */
    static final double FAILURE = 0.01;

    private static final double SATURATION = 0.05;
    private static final double FLAT = 1e-6;

    private final int code;
    private final String title;
    private final String meaning;

    PuzzleLabel(int code, String title, String meaning) {
        this.code = code;
        this.title = title;
        this.meaning = meaning;
    }

    /** The number that stands for it among the results. */
    int code() {
        return code;
    }

    /** The label of a number. */
    static PuzzleLabel ofCode(double code) {
        return Stream.of(values())
                .filter(label -> label.code == code)
                .findFirst()
                .orElseThrow(() ->
                        new WrongInputException("--out: the results have a label %s, which there is not; remove %s"
                                .formatted(code, StudyFolder.RESULTS)));
    }

    String title() {
        return title;
    }

    String meaning() {
        return meaning;
    }

    /**
     * What is known of a seed at its start or at its end.
     *
     * @param error the mean squared error of its two predictions
     * @param firstLayer the largest gradient of the first layer, in size
     * @param largest the largest of all gradients, in size
     * @param passed the share of the gradient that passes the least permeable activation
     * @param symmetric whether the units of each layer have the same numbers
     */
    record State(double error, double firstLayer, double largest, double passed, boolean symmetric) {}

    static PuzzleLabel of(State start, State end) {
        if (end.error <= FAILURE) {
            return LEARNED;
        }
        if (!Double.isFinite(end.error) || end.error > start.error) {
            return DIVERGED;
        }
        if (start.symmetric) {
            return SYMMETRIC;
        }
        if (start.firstLayer == 0) {
            return BORN_DEAD;
        }
        if (end.firstLayer == 0) {
            return DIED;
        }
        if (end.passed < SATURATION) {
            return SATURATED;
        }
        return end.largest < FLAT ? STUCK : SLOW;
    }
}
