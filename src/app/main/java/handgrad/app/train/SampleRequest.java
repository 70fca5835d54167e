package handgrad.app.train;

import handgrad.app.command.Checks;
import handgrad.app.command.WrongInputException;
import org.jspecify.annotations.Nullable;

/**
 * What a trained model is to make.
 *
 * @param count how many names or texts; null where nothing is said, as for the others
 * @param prompt what a text begins with
 * @param tokens how many more a text has
 * @param seed of the draws
 * @param sampling how the distribution is changed
 * @param marks whether it is to be said which names the model has seen
 */
public record SampleRequest(
        @Nullable Integer count,
        @Nullable String prompt,
        @Nullable Integer tokens,
        @Nullable Long seed,
        SamplingOptions sampling,
        boolean marks) {
    /** The most tokens of a text. */
    private static final int MOST_TOKENS = 10_000_000;

    /** Refuses values without a meaning for any model. */
    public SampleRequest {
        if (count != null) {
            Checks.atLeast(1, "-n", count);
        }
        if (tokens != null) {
            Checks.between(1, MOST_TOKENS, "--tokens", tokens);
        }
        sampling.check();
    }

    /** What a training prints at its end. */
    public static SampleRequest afterTraining(SamplingOptions sampling) {
        return new SampleRequest(null, null, null, null, sampling, false);
    }

    /** How many names or texts. */
    public int count(int otherwise) {
        return count == null ? otherwise : count;
    }

    /** How many more tokens a text has. */
    public int tokens(int otherwise) {
        return tokens == null ? otherwise : tokens;
    }

    /** The seed of the draws. */
    public long seed(long otherwise) {
        return seed == null ? otherwise : seed;
    }

    /** Refuses what only a model of texts can do. */
    public void refuseTexts(String model) {
        refuse(prompt != null, "--prompt", model + " makes names, not texts");
        refuse(tokens != null, "--tokens", model + " makes names, not texts");
    }

    /** Refuses what only a model of names can do. */
    public void refuseMarks(String model) {
        refuse(marks, "--marks", model + " makes texts, not names");
    }

    private static void refuse(boolean given, String option, String reason) {
        if (given) {
            throw new WrongInputException(reason + ": leave out " + option);
        }
    }
}
