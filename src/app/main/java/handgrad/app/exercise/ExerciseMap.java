package handgrad.app.exercise;

import handgrad.app.exercise.CheckedFile.Standing;
import handgrad.app.exercise.CheckedFile.State;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Stream;
import picocli.CommandLine.Help.Ansi;

/**
 * The way through the exercises, and where a learner is on it.
 *
 * @param path all exercises, in the order of learning
 * @param standings how far the learner is with each, by its name
 */
record ExerciseMap(List<Exercise> path, Map<String, Standing> standings) {
    private static final int BAR = 30;

    /** The map for the learner whose files are in a folder. */
    static ExerciseMap of(Path folder) {
        var path = Exercise.all();
        return new ExerciseMap(path, new CheckedFile(folder).standings(path));
    }

    /** A line for each exercise, a bar, and what is next; each line ended. */
    String text(Ansi ansi) {
        var text = new StringJoiner("\n", "", "\n");
        text.add("In the order of learning, with the difficulty from * to *****, the minutes, and what to do before:")
                .add("");
        path.forEach(exercise -> text.add(ansi.string(line(exercise))));
        return text.add("").add(ansi.string(bar())).add(next()).toString();
    }

    private String line(Exercise exercise) {
        var standing = standing(exercise);
        var line = "%-8s %-48s %-5s %3d min"
                .formatted(exercise.name(), exercise.title(), "*".repeat(exercise.difficulty()), exercise.minutes());
        return switch (standing.state()) {
            case SOLVED -> "@|green " + line + "  solved|@";
            case BEGUN -> "@|yellow " + line + "  " + (standing.said().isEmpty() ? "begun" : standing.said()) + "|@";
            case UNTOUCHED ->
                line + (exercise.needs().isEmpty() ? "" : "  after " + String.join(", ", exercise.needs()));
        };
    }

    private String bar() {
        int solved = count(State.SOLVED);
        int begun = count(State.BEGUN);
        int filled = BAR * solved / path.size();
        int minutes = path.stream()
                .filter(exercise -> state(exercise) != State.SOLVED)
                .mapToInt(Exercise::minutes)
                .sum();
        return "@|green %s|@%s  %d of %d solved%s, about %s left"
                .formatted(
                        "█".repeat(filled),
                        "░".repeat(BAR - filled),
                        solved,
                        path.size(),
                        begun == 0 ? "" : ", %d begun".formatted(begun),
                        minutes < 90 ? minutes + " min" : Math.round(minutes / 60.0) + " h");
    }

    private String next() {
        return first().map(exercise -> "Next: %s. ./handgrad exercise %s makes the file to fill in, and checks it."
                        .formatted(exercise.title(), exercise.name()))
                .orElse("All are solved.");
    }

    /** The first that is not solved. */
    Optional<Exercise> first() {
        return path.stream().filter(exercise -> state(exercise) != State.SOLVED).findFirst();
    }

    /** The one to do after another: the first behind it that is not solved, else the first of all. */
    Optional<Exercise> after(Exercise solved) {
        int place = path.indexOf(solved);
        var behind = path.subList(place + 1, path.size()).stream();
        return Stream.concat(behind, path.subList(0, place).stream())
                .filter(exercise -> state(exercise) != State.SOLVED)
                .findFirst();
    }

    private State state(Exercise exercise) {
        return standing(exercise).state();
    }

    private Standing standing(Exercise exercise) {
        return Objects.requireNonNull(standings.get(exercise.name()), exercise.name());
    }

    private int count(State state) {
        return (int) standings.values().stream()
                .filter(standing -> standing.state() == state)
                .count();
    }
}
