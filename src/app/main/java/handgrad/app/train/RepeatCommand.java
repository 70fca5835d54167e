package handgrad.app.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The command line that repeats a run. */
final class RepeatCommand {
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
     */
    static String of(ParseResult parsed, TrainOptions options) {
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
        words.add("train");
        words.add(options.model().title());
        for (OptionSpec option : parsed.matchedOptions()) {
            if (!OF_THIS_RUN_ALONE.contains(option.longestName())) {
                words.add(option.longestName());
                if (option.arity().max() > 0) {
                    words.add(quoted(option.originalStringValues().getLast()));
                }
            }
        }
        options.given().forEach((option, value) -> {
            if (!parsed.hasMatchedOption(option)) {
                words.add(option);
                words.add(quoted(value));
            }
        });
        return words.stream().collect(Collectors.joining(" "));
    }

    /** A word as a POSIX shell reads it back. */
    static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./:=,+@%-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
