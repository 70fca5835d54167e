package handgrad.app.command;

import handgrad.data.Alphabet;
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
            description = "A text file with one name a line, in any script; without it the bundled list of 2018.")
    private @Nullable Path data;

    /** The file that was named, or null for the bundled list. */
    public @Nullable Path file() {
        return data;
    }

    /** The names; refuses a file that is no list of names. */
    public Names names() {
        return data == null ? Names.bundled() : read("--data", data);
    }

    /**
     * Names in the alphabet of a model; refuses a name with a character that it has not. An error begins with the
     * option that asked for the names.
     */
    public static Names inAlphabet(String option, Names names, Alphabet alphabet) {
        for (var word : names.words()) {
            for (int character : word.codePoints().toArray()) {
                if (!alphabet.contains(character)) {
                    throw new WrongInputException(
                            "%s: '%s' has the character '%s', which the model has not learned; it knows %s"
                                    .formatted(option, word, Character.toString(character), alphabet));
                }
            }
        }
        return names.withAlphabet(alphabet);
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
