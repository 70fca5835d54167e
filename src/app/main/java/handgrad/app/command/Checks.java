package handgrad.app.command;

import java.nio.file.Path;
import java.util.Locale;

/** Bounds on the values of options; each error names the option. */
public final class Checks {
    private static final int LAST_PORT = 65_535;

    private Checks() {}

    public static void atLeast(int least, String option, int value) {
        if (value < least) {
            throw new WrongInputException("%s must be at least %d, it is %d".formatted(option, least, value));
        }
    }

    public static void between(int least, int most, String option, int value) {
        if (value < least || value > most) {
            throw new WrongInputException(
                    String.format(Locale.ROOT, "%s must be from %d to %,d, it is %d", option, least, most, value));
        }
    }

    /** Refuses what is no port; 0 stands for any that is free. */
    public static void port(String option, int port) {
        between(0, LAST_PORT, option, port);
    }

    /** A step multiplies by it in FLOAT32. */
    public static void learningRate(double rate) {
        if (!(rate > 0) || rate > Float.MAX_VALUE) {
            throw new WrongInputException("--lr must be more than 0 and at most 3.4e38, it is " + rate);
        }
    }

    /** The empty path would stand for the current folder, where an unset variable of a script meant something else. */
    public static void notEmpty(String option, Path path) {
        if (path.toString().isEmpty()) {
            throw new WrongInputException(option + " is empty; name a file or folder");
        }
    }
}
