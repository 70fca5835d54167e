package handgrad.app.study.transforms;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import handgrad.app.command.Checks;
import handgrad.app.command.WrongInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The user's table: comma-separated values in UTF-8 (RFC 4180), a line of names first, then numbers. */
final class CsvFile {
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d{1,3})?");
    /** The third power of a difference of such numbers, summed over all rows, is still a float64. */
    private static final double LARGEST = 1e60;

    private static final double SMALLEST = 1e-60;

    /** With more of them, millions of steps of gradient descent take hours. */
    private static final int MOST_FEATURES = 50;

    private static final int LEAST_ROWS = 20;
    private static final int ROWS_PER_FEATURE = 5;

    private final Path file;
    private final List<String> names;
    private final List<CsvRecord> records;

    private CsvFile(Path file, List<CsvRecord> records) {
        this.file = file;
        this.names = records.isEmpty()
                ? List.of()
                : records.getFirst().getFields().stream()
                        .map(CsvFile::printable)
                        .toList();
        this.records = records.subList(Math.min(1, records.size()), records.size());
    }

    /** As {@link Observations#read}. */
    static Observations read(Path file, String target, @Nullable List<String> features) {
        Checks.notEmpty("--data", file);
        var csv = new CsvFile(file, records(file));
        csv.checkNames();
        return csv.observations(target, features);
    }

    private static List<CsvRecord> records(Path file) {
        try (var reader = CsvReader.builder()
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .ofCsvRecord(text(file))) {
            return reader.stream().toList();
        } catch (CsvParseException exception) {
            throw wrong(file, Objects.requireNonNullElse(exception.getMessage(), "is no CSV"));
        } catch (IOException exception) {
            throw wrong(file, "cannot be read: " + exception.getMessage());
        }
    }

    private static String text(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw wrong(file, "is a folder");
        }
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException exception) {
            throw wrong(file, "there is no such file");
        }
        var in = ByteBuffer.wrap(bytes);
        var out = CharBuffer.allocate(bytes.length + 1);
        try {
            var result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
            if (result.isError()) {
                result.throwException();
            }
        } catch (CharacterCodingException exception) {
            long line = 1;
            for (int i = 0; i < in.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw wrong(file, "line " + line + ": is not UTF-8; save the file in UTF-8");
        }
        var text = out.flip().toString();
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** Names are shown on a terminal, line by line. */
    private static String printable(String name) {
        return name.replaceAll("\\p{Cntrl}+", " ").strip();
    }

    private void checkNames() {
        if (names.isEmpty()) {
            throw wrong("is empty; it wants a line of column names, then lines of numbers");
        }
        if (names.stream().allMatch(name -> NUMBER.matcher(name).matches())) {
            throw wrong("line 1: has numbers, no names; put a line of column names before it");
        }
        var seen = new HashSet<String>();
        for (int i = 0; i < names.size(); i++) {
            var name = names.get(i);
            if (name.isEmpty()) {
                throw wrong("line 1: column " + (i + 1) + " has no name");
            }
            if (!seen.add(name)) {
                throw wrong("line 1: two columns are named " + name + "; rename one");
            }
        }
        if (names.size() == 1) {
            throw wrong("line 1: has one column, %s; at least two are wanted, separated by commas"
                    .formatted(names.getFirst()));
        }
    }

    private Observations observations(String target, @Nullable List<String> wanted) {
        index("--target", target);
        var features = wanted == null
                ? names.stream().filter(name -> !name.equals(target)).toList()
                : wanted.stream().map(String::strip).distinct().toList();
        for (var feature : features) {
            index("--features", feature);
            if (feature.equals(target)) {
                throw new WrongInputException("--features: " + target + " is the target; it cannot be a feature too");
            }
        }
        if (features.size() > MOST_FEATURES) {
            throw wrong("line 1: has %d features; name at most %d with --features"
                    .formatted(features.size(), MOST_FEATURES));
        }
        checkRows(features.size());
        double[][] columns = new double[features.size()][];
        for (int j = 0; j < columns.length; j++) {
            columns[j] = column("--features", features.get(j));
        }
        double[] y = column("--target", target);
        var lines = records.stream().map(CsvRecord::getStartingLineNumber).toList();
        var fileName = Objects.requireNonNull(file.getFileName()).toString();
        return new Observations(fileName + ": " + target, target, features, columns, y, lines);
    }

    private int index(String option, String name) {
        int index = names.indexOf(name);
        if (index < 0) {
            throw new WrongInputException(
                    "%s: %s has no column %s; it has %s".formatted(option, file, name, String.join(", ", names)));
        }
        return index;
    }

    private void checkRows(int features) {
        int least = Math.max(LEAST_ROWS, ROWS_PER_FEATURE * (features + 1));
        if (records.size() < least) {
            throw wrong("has %d %s of numbers; %d %s at least %d"
                    .formatted(
                            records.size(),
                            records.size() == 1 ? "row" : "rows",
                            features,
                            features == 1 ? "feature wants" : "features want",
                            least));
        }
        for (var row : records) {
            if (row.getFieldCount() != names.size()) {
                throw wrong("line %d: has %d cells, the line of names has %d"
                        .formatted(row.getStartingLineNumber(), row.getFieldCount(), names.size()));
            }
        }
    }

    private double[] column(String option, String name) {
        int index = index(option, name);
        var texts = records.stream().map(row -> row.getField(index).strip()).toList();
        if (texts.stream().noneMatch(text -> NUMBER.matcher(text).matches())) {
            throw wrong(("line %d, column %s: %s is no number, nor is any in the column; name columns of numbers with"
                            + " --features A,B")
                    .formatted(records.getFirst().getStartingLineNumber(), name, shown(texts.getFirst())));
        }
        double[] values = new double[texts.size()];
        for (int i = 0; i < values.length; i++) {
            var text = texts.get(i);
            var at = "line %d, column %s: ".formatted(records.get(i).getStartingLineNumber(), name);
            if (text.isEmpty()) {
                throw wrong(at + "the cell is empty; fill it in, or take out the line");
            }
            if (!NUMBER.matcher(text).matches()) {
                throw wrong(at + shown(text) + " is no number");
            }
            values[i] = Double.parseDouble(text);
            if (Math.abs(values[i]) > LARGEST) {
                throw wrong(at + shown(text) + " is too large to be computed with; its size must be at most 1e60");
            }
            if (values[i] != 0 && Math.abs(values[i]) < SMALLEST) {
                throw wrong(at + shown(text) + " is too small to be computed with; its size must be at least 1e-60");
            }
        }
        return values;
    }

    private static String shown(String text) {
        return '"' + (text.length() > 30 ? text.substring(0, 30) + "…" : text) + '"';
    }

    private WrongInputException wrong(String what) {
        return wrong(file, what);
    }

    private static WrongInputException wrong(Path file, String what) {
        // A cell may hold line feeds and other control characters; an error is one line.
        return new WrongInputException("--data: " + file + ": " + printable(what));
    }
}
