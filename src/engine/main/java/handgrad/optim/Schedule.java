package handgrad.optim;

/**
 * The learning rate of each step.
 *
 * <pre>{@code
 * Schedule.steps(0.1).then(100_000, 0.01)            // 0.1 in steps 0 to 99,999, then 0.01
 * Schedule.warmup(100).cosine(1e-3, 1e-4, 2_000)     // up to 1e-3 in 100 steps, down to 1e-4 at step 2,000
 * }</pre>
 */
@FunctionalInterface
public interface Schedule {
    /** The learning rate at a step, counted from 0. */
    double at(int step);

    /** One rate for every step; more than 0. */
    static Schedule constant(double lr) {
        return steps(lr);
    }

    /** A rate, more than 0, that {@link StepSchedule#then} changes at given steps. */
    static StepSchedule steps(double lr) {
        return StepSchedule.of(lr);
    }

    /**
     * A linear rise over the first steps, lr = max · (step + 1) / steps; what follows gives the maximum.
     *
     * @param steps at least 0; with 0 there is no rise
     */
    static Warmup warmup(int steps) {
        return new Warmup(steps);
    }
}
