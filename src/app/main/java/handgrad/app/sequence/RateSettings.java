package handgrad.app.sequence;

import handgrad.app.command.WrongInputException;
import handgrad.optim.Schedule;

/** The learning rate of a run by its settings: lr (step + 1) / (warmup + 1), then half a cosine to the lowest rate. */
final class RateSettings {
    private RateSettings() {}

    /**
     * The options with the lowest rate and the end of the cosine, where they are not given.
     *
     * @param fall how many times smaller than --lr the lowest rate is then
     * @throws WrongInputException if the lowest rate is above the other
     */
    static SequenceOptions completed(SequenceOptions options, double fall) {
        double lr = options.number(Setting.LR);
        var all = options;
        if (!all.has(Setting.MIN_LR)) {
            all = all.with(Setting.MIN_LR, Double.toString(lr / fall));
        }
        if (!all.has(Setting.DECAY_STEPS)) {
            all = all.with(Setting.DECAY_STEPS, options.text(Setting.STEPS));
        }
        if (all.number(Setting.MIN_LR) > lr) {
            throw new WrongInputException(
                    "--min-lr must be at most --lr, which is %s, it is %s".formatted(lr, all.text(Setting.MIN_LR)));
        }
        return all;
    }

    /** The rate of each step of completed options; it only grows where there is no time to fall. */
    static Schedule schedule(SequenceOptions options) {
        int warmup = options.integer(Setting.WARMUP);
        int end = options.integer(Setting.DECAY_STEPS);
        double lr = options.number(Setting.LR);
        var start = Schedule.warmup(warmup);
        return end > warmup ? start.cosine(lr, options.number(Setting.MIN_LR), end) : start.constant(lr);
    }
}
