package handgrad.app.exercise;

import handgrad.app.command.WrongInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An exercise: a source file with blanks and the same file with the answers, both of the folder {@code exercises}.
 *
 * @param number its number, from 1
 * @param title its name, from its first comment
 * @param skeleton the source with blanks
 * @param solution the source with the answers
 * @param steps the blanks, in their order
 */
public record Exercise(int number, String title, String skeleton, String solution, List<Step> steps) {
    private static final Pattern TITLE = Pattern.compile("^// Exercise \\d+\\. (.*)$", Pattern.MULTILINE);

    /** An answer, {@code     dNAME = ...}, and above it the derivation, a hint a line. */
    private static final Pattern ANSWER = Pattern.compile("((?:^    // .*\\n)+)    d(\\w+) = ", Pattern.MULTILINE);

    /**
     * A blank: the tensor whose gradient is asked for, and the hints that help, each saying more than the one before.
     */
    public record Step(String tensor, List<String> hints) {}

    /** All exercises, in their order. */
    public static List<Exercise> all() {
        var exercises = new ArrayList<Exercise>();
        for (var next = find(1); next != null; next = find(exercises.size() + 1)) {
            exercises.add(next);
        }
        return exercises;
    }

    /**
     * The exercise of a number.
     *
     * @throws WrongInputException if there is none
     */
    public static Exercise numbered(int number) {
        var exercise = find(number);
        if (exercise == null) {
            int count =
                    (int) IntStream.iterate(1, i -> find(i) != null, i -> i + 1).count();
            throw new WrongInputException("there is no exercise %d; they are 1 to %d".formatted(number, count));
        }
        return exercise;
    }

    /** The name of its file, {@code Exercise1.java}. */
    public String fileName() {
        return fileName(number);
    }

    private static String fileName(int number) {
        return "Exercise" + number + ".java";
    }

    private static @Nullable Exercise find(int number) {
        var skeleton = resource("exercises/" + fileName(number));
        var solution = resource("exercises/solutions/" + fileName(number));
        if (skeleton == null || solution == null) {
            return null;
        }
        var title = TITLE.matcher(skeleton).results().findFirst().orElseThrow().group(1);
        var steps = ANSWER.matcher(solution)
                .results()
                .map(answer -> new Step(
                        answer.group(2),
                        answer.group(1)
                                .lines()
                                .map(line -> line.substring("    // ".length()))
                                .toList()))
                .toList();
        return new Exercise(number, title, skeleton, solution, steps);
    }

    private static @Nullable String resource(String name) {
        try (var stream = Exercise.class.getResourceAsStream(name)) {
            return stream == null ? null : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
