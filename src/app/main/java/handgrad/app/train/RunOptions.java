package handgrad.app.train;

import handgrad.app.command.WrongInputException;
import handgrad.file.PrintableText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** The options of a run, as its folder keeps them in options.json. */
public interface RunOptions {
    /** The property of how many steps lie between two lines of the log. */
    String LOG_EVERY = "logEvery";

    /** How many steps are asked for. */
    int steps();

    /** What a new folder of such a run is called, before the time. */
    String name();

    /** The command that the run is of, such as {@code train}. */
    String command();

    /** How many steps lie between two lines of the log and of the metrics where nothing is said. */
    int logEvery();

    /**
     * Writes them whole.
     *
     * @param digest of the data
     * @param logEvery how many steps lie between two lines of the log; it is no option of what is computed
     */
    void write(Path file, String digest, int logEvery) throws IOException;

    /**
     * Refuses to go on with a run that was started with other options: only the number of steps may grow.
     *
     * @param file its options.json, which is there
     * @param digest of the data now
     * @return how many steps were asked for then
     * @throws WrongInputException if one differs; the message names it and both values
     */
    int requireAlike(Path file, String digest);

    /**
     * Refuses to go on with another value of an option.
     *
     * @throws WrongInputException if they differ
     */
    static void requireAlike(Path folder, String option, Object then, Object now) {
        if (!then.equals(now)) {
            throw new WrongInputException("%s was %s in %s, it is %s now; leave it as it was, or name another folder"
                    .formatted(option, PrintableText.excerpt(then.toString()), folder, now));
        }
    }

    /**
     * Refuses to go on with fewer steps.
     *
     * @throws WrongInputException if they are fewer than they were
     */
    static void requireNotFewer(Path folder, int then, int now) {
        if (now < then) {
            throw new WrongInputException(String.format(
                    Locale.ROOT, "--steps was %,d in %s and can only grow, it is %,d now", then, folder, now));
        }
    }
}
