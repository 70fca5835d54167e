package handgrad.optim;

/** How a schedule starts, {@link Schedule#warmup}, which says next how it goes on. */
public final class Warmup {
    private final int steps;

    Warmup(int steps) {
        if (steps < 0) {
            throw new IllegalArgumentException("Schedule: a start has at least 0 steps, not " + steps);
        }
        this.steps = steps;
    }

    /** The same rate, more than 0, from then on. */
    public Schedule constant(double lr) {
        Rates.requirePositive(lr);
        return step -> start(step, lr, lr);
    }

    /**
     * Along half a cosine down to the lowest rate at step {@code end}, which it keeps: lowest + (highest - lowest) (1 +
     * cos(π p)) / 2, where p is the part of the way from the end of the start.
     *
     * @param highest more than 0
     * @param lowest at least 0 and at most the highest
     * @param end after the start
     */
    public Schedule cosine(double highest, double lowest, int end) {
        requireFall(highest, lowest, end);
        return step -> start(step, highest, Rates.between(highest, lowest, part(step, end)));
    }

    /** As {@link #cosine}, but along a line: highest + (lowest - highest) p. */
    public Schedule linear(double highest, double lowest, int end) {
        requireFall(highest, lowest, end);
        return step -> start(step, highest, highest + (lowest - highest) * part(step, end));
    }

    private double start(int step, double highest, double after) {
        return step < steps ? highest * (step + 1) / (steps + 1) : after;
    }

    private double part(int step, int end) {
        return Math.min(1, (double) (step - steps) / (end - steps));
    }

    private void requireFall(double highest, double lowest, int end) {
        Rates.requirePositive(highest);
        if (!(lowest >= 0 && lowest <= highest)) {
            throw new IllegalArgumentException(
                    "Schedule: the lowest rate must be from 0 to the highest, " + highest + ", it is " + lowest);
        }
        if (end <= steps) {
            throw new IllegalArgumentException(
                    "Schedule: the end must come after the " + steps + " steps of the start, it is " + end);
        }
    }
}
