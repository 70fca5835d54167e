package handgrad.optim;

/**
 * A linear rise of the learning rate, max · (step + 1) / steps, and then one of the falls below.
 *
 * @param steps how many steps the rise takes, at least 0
 */
public record Warmup(int steps) {
    /** Checks the number of steps. */
    public Warmup {
        if (steps < 0) {
            throw new IllegalArgumentException("Warmup: the number of steps must be at least 0, it is " + steps);
        }
    }

    /**
     * Half a cosine down, as PyTorch's CosineAnnealingLR of total - steps: min + (max - min) · (1 + cos(π t)) / 2 with
     * t = (step - steps) / (total - steps); min from step total on.
     *
     * @param max more than 0
     * @param min from 0 to max
     * @param total more than the steps of the rise
     */
    public Schedule cosine(double max, double min, int total) {
        require(max, min, total);
        return step -> step < steps
                ? rise(max, step)
                : min + (max - min) * (1 + Math.cos(Math.PI * progress(step, total))) / 2;
    }

    /**
     * A line down, as LinearLR of PyTorch: max + (min - max) · t with t = (step - steps) / (total - steps); min from
     * step total on.
     *
     * @param max more than 0
     * @param min from 0 to max
     * @param total more than the steps of the rise
     */
    public Schedule linear(double max, double min, int total) {
        require(max, min, total);
        return step -> step < steps ? rise(max, step) : max + (min - max) * progress(step, total);
    }

    private double rise(double max, int step) {
        return max * (step + 1) / steps;
    }

    private double progress(int step, int total) {
        return Math.min(1, (double) (step - steps) / (total - steps));
    }

    private void require(double max, double min, int total) {
        if (!(max > 0 && min >= 0 && min <= max) || Double.isInfinite(max)) {
            throw new IllegalArgumentException("Schedule: the rates must be finite, max more than 0 and min from 0 to"
                    + " max; they are " + max + " and " + min);
        }
        if (total <= steps) {
            throw new IllegalArgumentException("Schedule: the total must be more than the " + steps
                    + " steps of the rise, it is " + total);
        }
    }
}
