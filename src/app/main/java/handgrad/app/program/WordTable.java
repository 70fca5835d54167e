package handgrad.app.program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/** The words of NumPy and PyTorch, and what is written here instead; the table is the resource {@code words.txt}. */
public final class WordTable {
    private static final String HEADING_NUMPY = "NumPy";
    private static final String HEADING_TORCH = "PyTorch";
    private static final List<Row> ROWS = read();

    /** Rows that a file of an exercise has at most. */
    private static final int MOST_ROWS = 10;

    private static final Pattern METHOD = Pattern.compile("\\.(\\w+)\\(");

    private static final Pattern FIRST_METHOD = Pattern.compile("(?:^|\\), )\\w+\\.(\\w+)\\(");

    private WordTable() {}

    /**
     * An expression in three languages.
     *
     * @param words further words of the others that mean it
     */
    record Row(String numpy, String torch, String handgrad, List<String> words) {
        /** The methods of the engine that the row shows, of each expression the first. */
        private List<String> methods() {
            return FIRST_METHOD
                    .matcher(handgrad)
                    .results()
                    .map(found -> found.group(1))
                    .toList();
        }

        private boolean has(String word) {
            var other =
                    Pattern.compile("(?<!\\w)" + Pattern.quote(word) + "\\(").asPredicate();
            return words.contains(word) || other.test(torch) || other.test(numpy);
        }

        private String line(int numpyWidth, int torchWidth) {
            return ("%-" + numpyWidth + "s  %-" + torchWidth + "s  %s").formatted(numpy, torch, handgrad);
        }
    }

    private static List<Row> read() {
        try (var stream = WordTable.class.getResourceAsStream("words.txt")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\\|", -1))
                    .map(cells -> new Row(
                            cells[0].strip(),
                            cells[1].strip(),
                            cells[2].strip(),
                            Arrays.asList(cells[3].strip().split(" "))))
                    .toList();
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    /** The row for a word of NumPy or PyTorch, such as {@code view}. */
    static Optional<Row> find(String word) {
        return ROWS.stream()
                .filter(row -> row.words().contains(word))
                .findFirst()
                .or(() -> ROWS.stream().filter(row -> row.has(word)).findFirst());
    }

    /** The row that shows a method of the engine, such as {@code transpose}. */
    static Optional<Row> showing(String method) {
        return ROWS.stream().filter(row -> row.methods().contains(method)).findFirst();
    }

    /** The whole table, each line ended. */
    public static String text() {
        return table(ROWS, "");
    }

    /** The part of the table that a program needs, as a comment, each line ended; empty if that is none. */
    public static String comment(CharSequence program) {
        var used =
                METHOD.matcher(program).results().map(found -> found.group(1)).toList();
        var rows = ROWS.stream()
                .filter(row -> row.methods().stream().anyMatch(used::contains))
                .limit(MOST_ROWS)
                .toList();
        return rows.isEmpty()
                ? ""
                : "// What NumPy and PyTorch write, and what is written here; more: ./handgrad exercise --words\n//\n"
                        + table(rows, "//     ");
    }

    private static String table(List<Row> rows, String indent) {
        int numpyWidth = Math.max(
                HEADING_NUMPY.length(),
                rows.stream().mapToInt(row -> row.numpy().length()).max().orElse(0));
        int torchWidth = Math.max(
                HEADING_TORCH.length(),
                rows.stream().mapToInt(row -> row.torch().length()).max().orElse(0));
        var text = new StringJoiner("\n", "", "\n");
        text.add(indent + new Row(HEADING_NUMPY, HEADING_TORCH, "here", List.of()).line(numpyWidth, torchWidth));
        rows.forEach(row -> text.add(indent + row.line(numpyWidth, torchWidth)));
        return text.toString();
    }
}
