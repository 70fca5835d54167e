package handgrad.app.study.transforms;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import handgrad.app.command.Checks;
import handgrad.app.command.UserFile;
import handgrad.app.command.WrongInputException;
import handgrad.file.PrintableText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The user's table: comma-separated values in UTF-8 (RFC 4180), a line of names first, then numbers. */
final class CsvFile {
    private static final int MAXIMUM_BYTES = 64 << 20;
    private static final int MOST_ROWS = 1_000_000;
    private static final int LONGEST_NAME = 200;

    /** With more of them, millions of steps of gradient descent take hours. */
    private static final int MOST_FEATURES = 50;

    private static final int LEAST_ROWS = 20;
    private static final int ROWS_PER_FEATURE = 5;

    private final Path file;
    private final List<String> names;

    private CsvFile(Path file, List<String> names) {
        this.file = file;
        this.names = names;
    }

    /** As {@link Observations#read}. */
    static Observations read(Path file, String target, @Nullable List<String> features) {
        Checks.notEmpty("--data", file);
        var text = new UserFile("--data: ", file, "a table").text(MAXIMUM_BYTES);
        try (var reader = CsvReader.builder()
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .ofCsvRecord(text)) {
            var records = reader.iterator();
            var names = records.hasNext() ? records.next().getFields() : List.<String>of();
            var csv = new CsvFile(file, names.stream().map(CsvFile::name).toList());
            csv.checkNames();
            return csv.observations(records, target, features);
        } catch (CsvParseException exception) {
            var message = Objects.requireNonNullElse(exception.getMessage(), "is no CSV");
            throw wrong(file, PrintableText.excerpt(message));
        } catch (IOException exception) {
            throw wrong(file, "cannot be read: " + exception.getMessage());
        }
    }

    /** A name in one line, as it is shown and asked for: names of several lines are usual in spreadsheets. */
    private static String name(String cell) {
        return PrintableText.of(cell.strip().replaceAll("\\s+", " "));
    }

    private void checkNames() {
        if (names.isEmpty()) {
            throw wrong("is empty; it wants a line of column names, then lines of numbers");
        }
        if (names.stream().allMatch(CsvColumn::isNumber)) {
            throw wrong("line 1: has numbers, no names; put a line of column names before it");
        }
        var seen = new HashSet<String>();
        for (int i = 0; i < names.size(); i++) {
            var name = names.get(i);
            if (name.isEmpty()) {
                throw wrong("line 1: column " + (i + 1) + " has no name");
            }
            if (name.length() > LONGEST_NAME) {
                throw wrong("line 1: column %d has a name of %d characters; at most %d are taken"
                        .formatted(i + 1, name.length(), LONGEST_NAME));
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

    private Observations observations(Iterator<CsvRecord> records, String target, @Nullable List<String> wanted) {
        var y = column("--target", target);
        var columns = columns(target, wanted);
        var lines = new ArrayList<Long>();
        String firstProblem = null;
        while (records.hasNext()) {
            var row = records.next();
            long line = row.getStartingLineNumber();
            lines.add(line);
            if (lines.size() > MOST_ROWS) {
                throw wrong(String.format(
                        Locale.ROOT, "line %d: has more than %,d rows; take some of them", line, MOST_ROWS));
            }
            if (row.getFieldCount() == names.size()) {
                columns.forEach(column -> column.add(line, row));
                y.add(line, row);
            } else if (firstProblem == null) {
                firstProblem = "line %d: has %d cells, the line of names has %d"
                        .formatted(line, row.getFieldCount(), names.size());
            }
        }
        checkRows(lines.size(), columns.size());
        if (firstProblem != null) {
            throw wrong(firstProblem);
        }
        double[][] x = new double[columns.size()][];
        for (int j = 0; j < x.length; j++) {
            x[j] = values(columns.get(j));
        }
        var features = columns.stream().map(CsvColumn::name).toList();
        var title = PrintableText.of(Objects.requireNonNull(file.getFileName()).toString()) + ": " + target;
        return new Observations(title, target, features, x, values(y), lines);
    }

    /** The features: those that are wanted, or all columns but the target. */
    private List<CsvColumn> columns(String target, @Nullable List<String> wanted) {
        var features = wanted == null
                ? names.stream().filter(name -> !name.equals(target)).toList()
                : wanted.stream().map(String::strip).distinct().toList();
        var columns = new ArrayList<CsvColumn>();
        for (var feature : features) {
            columns.add(column("--features", feature));
            if (feature.equals(target)) {
                throw new WrongInputException("--features: " + target + " is the target; it cannot be a feature too");
            }
        }
        if (features.size() > MOST_FEATURES) {
            throw wrong("line 1: has %d features; name at most %d with --features"
                    .formatted(features.size(), MOST_FEATURES));
        }
        return columns;
    }

    private CsvColumn column(String option, String name) {
        int index = names.indexOf(name);
        if (index < 0) {
            throw new WrongInputException("%s: %s has no column %s; it has %s"
                    .formatted(option, file, name, PrintableText.excerpt(String.join(", ", names))));
        }
        return new CsvColumn(name, index);
    }

    private void checkRows(int rows, int features) {
        int least = Math.max(LEAST_ROWS, ROWS_PER_FEATURE * (features + 1));
        if (rows < least) {
            throw wrong("has %d %s of numbers; %d %s at least %d"
                    .formatted(
                            rows,
                            rows == 1 ? "row" : "rows",
                            features,
                            features == 1 ? "feature wants" : "features want",
                            least));
        }
    }

    private double[] values(CsvColumn column) {
        column.problem().ifPresent(problem -> {
            throw wrong(problem);
        });
        return column.values();
    }

    private WrongInputException wrong(String what) {
        return wrong(file, what);
    }

    private static WrongInputException wrong(Path file, String what) {
        return new WrongInputException("--data: " + file + ": " + what);
    }
}
