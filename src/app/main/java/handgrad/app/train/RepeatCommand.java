package handgrad.app.train;

import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The command line that repeats a run. */
public final class RepeatCommand {
    /** They change where a run goes and what is printed of it, not what it computes. */
    private static final Set<String> OF_THIS_RUN_ALONE = Set.of(
            "--out",
            "--resume",
            "--checkpoint-every",
            "--keep",
            "--metrics",
            "--tensorboard",
            "--log-every",
            "--quiet",
            "--trace",
            "--report",
            "--open",
            "--serve");

    /** Properties that change what computes. */
    private static final List<String> PROPERTIES = List.of("handgrad.blas", "handgrad.vector");

    private RepeatCommand() {}

    /**
     * The command that was given, without the options that are of this run alone, and with those of the run that it
     * goes on with.
     *
     * @param command with the name of the model
     * @param given the options of the run, where they are not the model's own
     */
    public static String of(ParseResult parsed, String command, SequencedMap<String, String> given) {
        var words = new ArrayList<String>();
        if (System.getenv("HANDGRAD_BLAS") != null) {
            words.add("HANDGRAD_BLAS=" + quoted(System.getenv("HANDGRAD_BLAS")));
        }
        words.add("./handgrad");
        for (var property : PROPERTIES) {
            var value = System.getProperty(property);
            if (value != null) {
                words.add(quoted("-D" + property + "=" + value));
            }
        }
        words.add(command);
        for (OptionSpec option : parsed.matchedOptions()) {
            if (!OF_THIS_RUN_ALONE.contains(option.longestName())) {
                add(
                        words,
                        option.longestName(),
                        option.arity().max() > 0
                                ? option.originalStringValues().getLast()
                                : option.<Object>getValue().toString());
            }
        }
        given.forEach((option, value) -> {
            if (!parsed.hasMatchedOption(option)) {
                add(words, option, value);
            }
        });
        return words.stream().collect(Collectors.joining(" "));
    }

    /** An option with its value; one that is yes or no alone says so by its name. */
    private static void add(List<String> words, String option, String value) {
        switch (value) {
            case "true" -> words.add(option);
            case "false" -> words.add("--no-" + option.substring(2));
            default -> {
                words.add(option);
                words.add(quoted(value));
            }
        }
    }

    /** A word as a POSIX shell reads it back. */
    static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./:=,+@%-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
