package handgrad.app.exercise;

import handgrad.app.command.WrongInputException;
import handgrad.app.program.WordTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An exercise: a source file with blanks and the same file with the answers, both of the folder {@code exercises}, and
 * its line of {@code path.csv} there, which has the order of learning.
 *
 * @param name as the command line has it: {@code 1}, {@code rung-1}, {@code fault-1}
 * @param difficulty from 1 to 5
 * @param minutes that it takes somebody who has done what it needs
 * @param needs the names of exercises to do before
 * @param heading the first comment of its file, such as {@code Exercise 1. Backpropagation through everything}
 * @param skeleton the source with blanks
 * @param solution the source with the answers
 * @param steps the blanks, in their order
 */
public record Exercise(
        String name,
        int difficulty,
        int minutes,
        List<String> needs,
        String heading,
        String skeleton,
        String solution,
        List<Step> steps) {
    private static final String BACKWARD = "\nvoid backward() {";

    private static final Pattern HEADING = Pattern.compile("^// (\\w+ \\d+\\. .*)$", Pattern.MULTILINE);

    /** An answer, {@code     dNAME = ...}, and above it the derivation, a hint a line. */
    private static final Pattern ANSWER =
            Pattern.compile("((?:^    // .*\\n)+)    d(\\w+) = [\\s\\S]*?;(?: // .*)?$", Pattern.MULTILINE);

    /**
     * A blank: the tensor whose gradient is asked for, the hints that help, each saying more than the one before, and
     * the answer as the solution has it, below its derivation.
     */
    public record Step(String tensor, List<String> hints, String answer) {}

    /**
     * The blank of a gradient, {@code dNAME} or the name of its tensor.
     *
     * @throws WrongInputException if there is none
     */
    Step step(String gradient) {
        return steps.stream()
                .filter(step -> gradient.equals("d" + step.tensor()) || gradient.equals(step.tensor()))
                .findFirst()
                .orElseThrow(() -> new WrongInputException(steps.stream()
                        .map(step -> "d" + step.tensor())
                        .collect(Collectors.joining(
                                ", ", "exercise %s asks for no %s; it asks for ".formatted(name, gradient), ""))));
    }

    /** All exercises, in the order of learning. */
    public static List<Exercise> all() {
        return path().map(Exercise::of).toList();
    }

    /**
     * The exercise of a name; {@code exercise-1} is {@code 1}.
     *
     * @throws WrongInputException if there is none
     */
    public static Exercise named(String name) {
        var wanted = name.toLowerCase(Locale.ROOT).replaceFirst("^exercise-", "");
        return path().filter(line -> line.startsWith(wanted + ","))
                .findFirst()
                .map(Exercise::of)
                .orElseThrow(() -> new WrongInputException(
                        "there is no exercise %s; ./handgrad exercise lists them".formatted(name)));
    }

    private static Stream<String> path() {
        return resource("path.csv").lines().skip(1);
    }

    /** The exercise of a line of the path. */
    private static Exercise of(String line) {
        var cells = line.split(",", -1);
        var file = fileName(cells[0]);
        var skeleton = resource(file);
        var solution = resource("solutions/" + file);
        var needs = cells[3].isEmpty() ? List.<String>of() : List.of(cells[3].split(" ", -1));
        var heading =
                HEADING.matcher(skeleton).results().findFirst().orElseThrow().group(1);
        return new Exercise(
                cells[0],
                Integer.parseInt(cells[1]),
                Integer.parseInt(cells[2]),
                needs,
                heading,
                skeleton,
                solution,
                steps(solution));
    }

    private static List<Step> steps(String solution) {
        return ANSWER.matcher(solution)
                .results()
                .map(answer -> new Step(
                        answer.group(2),
                        answer.group(1)
                                .lines()
                                .map(line -> line.substring("    // ".length()))
                                .toList(),
                        answer.group()))
                .toList();
    }

    /**
     * Makes the learner's file with its blanks, unless there is one; returns whether it is new.
     *
     * @throws WrongInputException if it cannot be written
     */
    public boolean begin(Path file) {
        if (Files.exists(file)) {
            return false;
        }
        try {
            Files.createDirectories(file.toAbsolutePath().resolveSibling(""));
            Files.writeString(file, withWords(), StandardOpenOption.CREATE_NEW);
            return true;
        } catch (IOException exception) {
            throw new WrongInputException("cannot write %s: %s".formatted(file, exception));
        }
    }

    /** The name of its file: {@code Exercise1.java}, {@code Rung1.java}, {@code Fault1.java}. */
    public String fileName() {
        return fileName(name);
    }

    private static String fileName(String name) {
        int hyphen = name.indexOf('-');
        var kind = hyphen < 0 ? "exercise" : name.substring(0, hyphen);
        return Character.toUpperCase(kind.charAt(0)) + kind.substring(1) + name.substring(hyphen + 1) + ".java";
    }

    /** The source with blanks as a learner gets it: above them the words of NumPy and PyTorch that its answers need. */
    String withWords() {
        int start = Math.max(0, solution.indexOf(BACKWARD));
        int end = Math.max(start, solution.indexOf("\n}\n", start));
        var words = WordTable.comment(solution.substring(start, end));
        return skeleton.replace(BACKWARD, "\n" + words + BACKWARD.substring(1));
    }

    /** Whether a backward pass is given, one line of which is wrong. */
    boolean isFault() {
        return name.startsWith("fault-");
    }

    /** What it is about, without its kind and number. */
    public String title() {
        return heading.substring(heading.indexOf(". ") + 2);
    }

    private static String resource(String name) {
        try (var stream = Exercise.class.getResourceAsStream("exercises/" + name)) {
            return new String(Objects.requireNonNull(stream, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
