package handgrad.optim;

import java.util.Arrays;

/**
 * A learning rate that changes at given steps.
 *
 * <pre>{@code
 * Schedule.steps(0.1).then(100_000, 0.01)   // 0.1 in steps 0 to 99,999, then 0.01
 * }</pre>
 */
public final class StepSchedule implements Schedule {
    private final int[] from;
    private final double[] rates;

    private StepSchedule(int[] from, double[] rates) {
        this.from = from;
        this.rates = rates;
    }

    /** One rate for every step; more than 0. */
    static StepSchedule of(double lr) {
        return new StepSchedule(new int[0], new double[0]).then(0, lr);
    }

    /** This schedule with another rate from a step on, which must come after the last change. */
    public StepSchedule then(int step, double lr) {
        if (!(lr > 0) || Double.isInfinite(lr)) {
            throw new IllegalArgumentException(
                    "StepSchedule: the learning rate must be more than 0 and finite, it is " + lr);
        }
        int changes = from.length;
        if (changes > 0 && step <= from[changes - 1]) {
            throw new IllegalArgumentException(
                    "StepSchedule: step " + step + " does not come after step " + from[changes - 1]);
        }
        int[] steps = Arrays.copyOf(from, changes + 1);
        double[] values = Arrays.copyOf(rates, changes + 1);
        steps[changes] = step;
        values[changes] = lr;
        return new StepSchedule(steps, values);
    }

    @Override
    public double at(int step) {
        int change = from.length - 1;
        while (change > 0 && step < from[change]) {
            change--;
        }
        return rates[change];
    }
}
