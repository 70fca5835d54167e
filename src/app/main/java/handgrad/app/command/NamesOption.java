package handgrad.app.command;

import handgrad.data.Names;
import handgrad.data.NamesException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The names that a command works on. */
public final class NamesOption {
    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "A text file with one name a line, a to z; without it the bundled list of 2018.")
    private @Nullable Path data;

    /** The file that was named, or null for the bundled list. */
    public @Nullable Path file() {
        return data;
    }

    /** The names; refuses a file that is no list of names. */
    public Names names() {
        return data == null ? Names.bundled() : read("--data", data);
    }

    /** The names of a file; an error begins with the option that asked for them. */
    public static Names read(String option, Path file) {
        Checks.notEmpty(option, file);
        try {
            return Names.read(file);
        } catch (NamesException exception) {
            throw new WrongInputException(option + ": " + exception.getMessage());
        }
    }
}
