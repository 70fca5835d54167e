package handgrad.optim;

/**
 * The learning rate of each step. A schedule has no state, so it needs none when a training resumes.
 *
 * <pre>{@code
 * Schedule.steps(0.1).then(100_000, 0.01)             // 0.1 in steps 0 to 99,999, then 0.01
 * Schedule.warmup(100).cosine(1e-3, 1e-4, 2_000)      // up in 100 steps, then down until step 2,000
 * Schedule.oneCycle(0.1, 5_000)                       // up, and down to nearly 0, in 5,000 steps
 * }</pre>
 */
@FunctionalInterface
public interface Schedule {
    /** The learning rate at a step, counted from 0. */
    double at(int step);

    /** One rate for every step; more than 0. */
    static Schedule constant(double lr) {
        return Rates.none().constant(lr);
    }

    /** A rate, more than 0, that {@link StepRates#then} changes at given steps. */
    static StepRates steps(double lr) {
        return new StepRates(lr);
    }

    /**
     * A start in which the rate grows: before step n it is (step + 1) / (n + 1) of the highest.
     *
     * @param n the number of steps, at least 0
     */
    static Warmup warmup(int n) {
        return new Warmup(n);
    }

    /** {@link Warmup#cosine} without a start. */
    static Schedule cosine(double highest, double lowest, int end) {
        return Rates.none().cosine(highest, lowest, end);
    }

    /** {@link Warmup#linear} without a start. */
    static Schedule linear(double highest, double lowest, int end) {
        return Rates.none().linear(highest, lowest, end);
    }

    /**
     * The one-cycle policy (Smith and Topin 2017, https://arxiv.org/abs/1708.07120), as PyTorch's {@code OneCycleLR}
     * with its defaults: by half a cosine from highest / 25 to highest in the first 30 % of the steps, then by another
     * down to highest / 250,000.
     *
     * @param highest more than 0
     * @param steps their number, at least 2; later ones keep the last rate
     */
    static Schedule oneCycle(double highest, int steps) {
        Rates.requirePositive(highest);
        if (steps < 2) {
            throw new IllegalArgumentException("Schedule: one cycle wants at least 2 steps, they are " + steps);
        }
        double first = highest / 25;
        double last = first / 1e4;
        double top = Math.max(0.3 * steps - 1, 0);
        double end = steps - 1.0;
        return step -> step <= top
                ? Rates.between(first, highest, top == 0 ? 1 : step / top)
                : Rates.between(highest, last, Math.min(1, (step - top) / (end - top)));
    }
}
