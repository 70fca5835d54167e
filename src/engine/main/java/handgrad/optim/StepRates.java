package handgrad.optim;

import java.util.Arrays;

/** A learning rate that changes at given steps: {@link Schedule#steps}. */
public final class StepRates implements Schedule {
    private final int[] from;
    private final double[] rates;

    StepRates(double lr) {
        this(new int[] {0}, new double[] {lr});
        Rates.requirePositive(lr);
    }

    private StepRates(int[] from, double[] rates) {
        this.from = from;
        this.rates = rates;
    }

    /** This schedule with another rate, more than 0, from a step on, which must come after the last change. */
    public StepRates then(int step, double lr) {
        Rates.requirePositive(lr);
        int changes = from.length;
        if (step <= from[changes - 1]) {
            throw new IllegalArgumentException(
                    "Schedule: step " + step + " does not come after step " + from[changes - 1]);
        }
        int[] steps = Arrays.copyOf(from, changes + 1);
        double[] values = Arrays.copyOf(rates, changes + 1);
        steps[changes] = step;
        values[changes] = lr;
        return new StepRates(steps, values);
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
