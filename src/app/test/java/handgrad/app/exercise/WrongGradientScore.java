package handgrad.app.exercise;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * How many wrong gradients of a folder are caught, how many are explained rightly, and how many misleadingly.
 *
 * <p>A cause is right if its kind is one of the expected ones and the sentence has the expected words, perhaps as one
 * of several that fit the same numbers. One that says that no usual mistake explains it is neither right nor
 * misleading.
 */
final class WrongGradientScore {
    /** What became of wrong gradients. */
    enum Outcome {
        RIGHT,
        NO_CAUSE,
        MISLEADING,
        NOT_CAUGHT
    }

    /** What became of one, and what the learner was told. */
    record Result(WrongGradient mistake, Outcome outcome, String told) {}

    private WrongGradientScore() {}

    /** Scores all files of a folder. */
    static List<Result> of(Path folder) throws Exception {
        var results = new ArrayList<Result>();
        var groups = new LinkedHashMap<String, List<WrongGradient>>();
        for (var mistake : WrongGradient.of(folder)) {
            groups.computeIfAbsent(mistake.exercise(), _ -> new ArrayList<>()).add(mistake);
        }
        var temporary = Files.createTempDirectory("wrong-gradients");
        for (var group : groups.entrySet()) {
            var exercise = Exercise.named(group.getKey());
            var planted = new PlantedMistakes(exercise, group.getValue(), temporary);
            for (var mistake : group.getValue()) {
                results.add(score(planted, mistake));
            }
            Files.delete(temporary.resolve(exercise.fileName()));
        }
        Files.delete(temporary);
        return results;
    }

    private static Result score(PlantedMistakes planted, WrongGradient mistake) throws Exception {
        var found = planted.check(mistake);
        if (found.isEmpty() || !found.get().name().equals(mistake.gradient())) {
            var told = found.map(wrong -> "d" + wrong.name() + " is wrong").orElse("all is right");
            return new Result(mistake, Outcome.NOT_CAUGHT, told);
        }
        var cause = Objects.requireNonNull(found.get().cause());
        var told = cause.kind() + (cause.isCertain() ? ": " : "? ") + cause.explanation();
        boolean right = mistake.hasWords(cause.explanation())
                && (mistake.hasKind(cause.kind().name())
                        || cause.others().stream()
                                .anyMatch(other -> mistake.hasKind(other.kind().name())));
        boolean none = cause.sentence().startsWith("no usual mistake");
        return new Result(mistake, right ? Outcome.RIGHT : none ? Outcome.NO_CAUSE : Outcome.MISLEADING, told);
    }

    /** A table by exercise, in percent at its end. */
    static String table(List<Result> results) {
        var text = new StringBuilder("exercise    number  caught  right cause  no cause  misleading\n");
        results.stream()
                .collect(Collectors.groupingBy(
                        result -> result.mistake().exercise(), LinkedHashMap::new, Collectors.toList()))
                .forEach((exercise, group) -> text.append(row(exercise, group)));
        text.append(row("all", results));
        return text.append(String.format(
                        Locale.ROOT,
                        "in percent          %6.1f %12.1f %9.1f %11.1f%n",
                        100 - percent(results, Outcome.NOT_CAUGHT),
                        percent(results, Outcome.RIGHT),
                        percent(results, Outcome.NO_CAUSE),
                        percent(results, Outcome.MISLEADING)))
                .toString();
    }

    private static String row(String name, List<Result> group) {
        return String.format(
                Locale.ROOT,
                "%-11s %6d %7d %12d %9d %11d%n",
                name,
                group.size(),
                group.size() - count(group, Outcome.NOT_CAUGHT),
                count(group, Outcome.RIGHT),
                count(group, Outcome.NO_CAUSE),
                count(group, Outcome.MISLEADING));
    }

    private static long count(List<Result> results, Outcome outcome) {
        return results.stream().filter(result -> result.outcome() == outcome).count();
    }

    /** How many percent of all have an outcome. */
    static double percent(List<Result> results, Outcome outcome) {
        return 100.0 * count(results, outcome) / results.size();
    }

    /** Prints the table of a folder and all that is not right; with {@code -v} all that was told. */
    static void main(String[] arguments) throws Exception {
        var results = of(Path.of(arguments[0]));
        boolean all = arguments.length > 1;
        for (var result : results) {
            if (all || result.outcome() != Outcome.RIGHT) {
                IO.println("%s %s%n    %s%n    wanted %s: %s"
                        .formatted(
                                result.outcome(),
                                result.mistake().toString().replace("\n", "\\n"),
                                result.told(),
                                result.mistake().kinds(),
                                result.mistake().words()));
            }
        }
        IO.println(table(results));
    }
}
