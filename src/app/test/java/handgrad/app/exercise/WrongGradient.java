package handgrad.app.exercise;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A gradient of an exercise with a mistake in it, and what a learner should be told. Files of them have one in a line:
 *
 * <pre>
 * exercise | gradient | text in the solution | text with the mistake | kind | words that the sentence has
 * </pre>
 *
 * @param exercise the exercise
 * @param gradient the tensor whose gradient is wrong first
 * @param right the text of the solution, which stands there once; {@code \n} is the end of a line
 * @param wrong the text with the mistake, perhaps empty
 * @param kinds the kinds of cause that are right, joined by "or"; empty where any is
 * @param words what the sentence has, separated by commas, each in one of some ways joined by "or"; perhaps empty
 */
record WrongGradient(String exercise, String gradient, String right, String wrong, String kinds, String words) {

    /** Those of all files of a folder. */
    static List<WrongGradient> of(Path folder) throws IOException {
        return of(folder, ".txt");
    }

    /** Those whose cause is found: a file that ends with {@code .open.txt} has others, for the score alone. */
    static List<WrongGradient> explained(Path folder) throws IOException {
        var all = new ArrayList<>(of(folder));
        all.removeAll(of(folder, ".open.txt"));
        return all;
    }

    private static List<WrongGradient> of(Path folder, String end) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(end))
                    .sorted()
                    .flatMap(WrongGradient::lines)
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(WrongGradient::parse)
                    .toList();
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    private static WrongGradient parse(String line) {
        var fields = Arrays.stream(line.split("\\|", -1))
                .map(field -> field.strip().replace("\\n", "\n"))
                .toList();
        if (fields.size() != 6) {
            throw new IllegalArgumentException("a wrong gradient has six fields separated by |: " + line);
        }
        return new WrongGradient(
                fields.get(0), fields.get(1), fields.get(2), fields.get(3), fields.get(4), fields.get(5));
    }

    /** The solution with the mistake. */
    String planted(String solution) {
        int at = solution.indexOf(right);
        if (right.isEmpty() || at < 0 || solution.indexOf(right, at + 1) >= 0) {
            throw new IllegalArgumentException("the solution should have this text once: " + right);
        }
        return solution.substring(0, at) + wrong + solution.substring(at + right.length());
    }

    /** Whether this is the kind of cause, or one of them. */
    boolean hasKind(String kind) {
        return kinds.isEmpty() || Arrays.asList(kinds.split(" or ")).contains(kind);
    }

    /** Whether the sentence has all the words. */
    boolean hasWords(String sentence) {
        var text = sentence.toLowerCase(Locale.ROOT);
        return Arrays.stream(words.toLowerCase(Locale.ROOT).split(","))
                .allMatch(word -> Arrays.stream(word.split(" or ")).anyMatch(way -> text.contains(way.strip())));
    }

    @Override
    public String toString() {
        return "%s: d%s, %s instead of %s".formatted(exercise, gradient, wrong, right);
    }
}
