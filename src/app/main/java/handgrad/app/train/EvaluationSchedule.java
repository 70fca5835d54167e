package handgrad.app.train;

import handgrad.app.command.Checks;
import handgrad.app.command.WrongInputException;

/**
 * When a training is evaluated on dev while it lasts, and when that ends it.
 *
 * @param every how many steps lie between two evaluations; 0 for none
 * @param patience how many evaluations in a row may be no better than the best before the training ends; 0 for any
 *     number
 */
public record EvaluationSchedule(int every, int patience) {
    /** No evaluation before the end. */
    public static final EvaluationSchedule NONE = new EvaluationSchedule(0, 0);

    /** Refuses what makes no sense, naming the option of the command line. */
    public EvaluationSchedule {
        Checks.atLeast(0, "--eval-every", every);
        Checks.atLeast(0, "--patience", patience);
        if (patience > 0 && every == 0) {
            throw new WrongInputException("--patience counts evaluations: say with --eval-every when there is one");
        }
    }

    /** Whether there is an evaluation after so many steps, or of this number; there is none of number 0. */
    public boolean isDue(int steps) {
        return every > 0 && steps > 0 && steps % every == 0;
    }

    /** Whether so many evaluations in a row without a better loss end the training. */
    public boolean isOver(int withoutBetter) {
        return patience > 0 && withoutBetter >= patience;
    }
}
