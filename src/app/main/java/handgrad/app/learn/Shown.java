package handgrad.app.learn;

import handgrad.app.diagram.ExerciseSheet;
import handgrad.app.exercise.Exercise;
import handgrad.app.exercise.ExercisePath;
import handgrad.app.exercise.Marking;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the terminal and the page show.
 *
 * @param exercise the exercise
 * @param file the learner's file
 * @param checking whether the file is being checked
 * @param problem why the file could not be checked as it is now, in lines for people; empty if it could
 * @param marking of the last time that the file could be checked, or null
 * @param printed what the learner's code printed then
 * @param hints how many hints of the current gradient were asked for
 * @param next the exercise to go on with, once this one is solved, or null
 * @param sheet the sheet of the exercise, or null before it is drawn
 */
record Shown(
        Exercise exercise,
        Path file,
        boolean checking,
        String problem,
        @Nullable Marking marking,
        String printed,
        int hints,
        @Nullable Exercise next,
        @Nullable ExerciseSheet sheet) {
    /** The beginning of a lesson. */
    static Shown begin(Exercise exercise, Path file) {
        return new Shown(exercise, file, true, "", null, "", 0, null, null);
    }

    Shown withChecking() {
        return new Shown(exercise, file, true, problem, marking, printed, hints, next, sheet);
    }

    Shown withProblem(String lines) {
        return new Shown(exercise, file, false, lines, marking, printed, hints, next, sheet);
    }

    Shown withMarking(Marking found, String output, int seen, @Nullable Exercise following) {
        return new Shown(exercise, file, false, "", found, output, seen, following, sheet);
    }

    Shown withHints(int seen) {
        return new Shown(exercise, file, checking, problem, marking, printed, seen, next, sheet);
    }

    Shown withSheet(ExerciseSheet drawn) {
        return new Shown(exercise, file, checking, problem, marking, printed, hints, next, drawn);
    }

    /** The tensor whose gradient is the next to write or to correct; empty if none is known. */
    String current() {
        return marking == null ? "" : marking.current();
    }

    /** All hints for the current gradient. */
    List<String> allHints() {
        return marking == null ? List.of() : marking.hints();
    }

    /** The hints that were asked for. */
    List<String> shownHints() {
        var all = allHints();
        return all.subList(0, Math.min(hints, all.size()));
    }

    /** Whether the exercise is solved as the file is now. */
    boolean isSolved() {
        return problem.isEmpty() && marking != null && marking.solved();
    }

    /** The learner's way through the exercises. */
    ExercisePath path() {
        return new ExercisePath(file.resolveSibling(""));
    }

    /** The file of the exercise to go on with. */
    Path nextFile(Exercise following) {
        return file.resolveSibling(following.fileName());
    }
}
