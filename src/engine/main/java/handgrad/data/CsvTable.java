package handgrad.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import handgrad.file.InputFile;
import handgrad.file.PrintableText;
import handgrad.file.UnreadableFileException;
import handgrad.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A table of text: comma-separated values in UTF-8 (RFC 4180), of which {@link #split} makes tensors to learn from.
 * Lines that are empty are passed over, and space around a cell is not part of it. What is wrong is refused with the
 * file, the line and the column.
 */
public final class CsvTable {
    private static final int MAXIMUM_BYTES = 256 << 20;
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d{1,3})?");
    private static final Pattern SPACE = Pattern.compile("\\s+");

    /** Characters of a cell in a message. */
    private static final int SHOWN = 30;

    private final Path file;
    private final List<String> columns;
    private final List<String[]> rows = new ArrayList<>();
    private final List<Long> lines = new ArrayList<>();

    private CsvTable(Path file, List<String> columns) {
        this.file = file;
        this.columns = columns;
    }

    /** Reads a table with commas and a line of names. */
    public static CsvTable read(Path file) throws DataFileException {
        return read(file, CsvOptions.COMMA);
    }

    /**
     * Reads a table.
     *
     * @throws DataFileException if it cannot be read, is larger than 256 MiB, has no rows, fewer than two columns, two
     *     columns of one name or a row with another number of cells
     */
    public static CsvTable read(Path file, CsvOptions options) throws DataFileException {
        try (var reader = CsvReader.builder()
                .fieldSeparator(options.separator())
                .quoteCharacter(options.quote())
                .trimWhitespacesAroundQuotes(true)
                .allowUnclosedQuote(false)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .ofCsvRecord(InputFile.text(file, "a table", MAXIMUM_BYTES))) {
            var records = reader.iterator();
            if (!records.hasNext()) {
                throw new DataFileException(file, "is empty, a table is expected");
            }
            var first = records.next();
            long line = first.getStartingLineNumber();
            var table = new CsvTable(file, columns(file, options, line, first.getFields()));
            if (!options.header()) {
                table.add(line, first.getFields());
            }
            while (records.hasNext()) {
                var row = records.next();
                table.add(row.getStartingLineNumber(), row.getFields());
            }
            if (table.rows.isEmpty()) {
                throw new DataFileException(file, "has a line of names and no rows");
            }
            return table;
        } catch (CsvParseException exception) {
            var message = Objects.requireNonNullElse(exception.getMessage(), "it cannot be parsed");
            throw new DataFileException(
                    file, "is no table: " + PrintableText.excerpt(message), new IOException(exception));
        } catch (UnreadableFileException exception) {
            throw new DataFileException(file, String.valueOf(exception.getMessage()), exception);
        } catch (DataFileException exception) {
            throw exception;
        } catch (IOException exception) {
            throw new DataFileException(file, "cannot be read, " + exception.getMessage(), exception);
        }
    }

    private static List<String> columns(Path file, CsvOptions options, long line, List<String> cells)
            throws DataFileException {
        var where = "line " + line + ": ";
        if (cells.size() < 2) {
            throw new DataFileException(
                    file,
                    where + "has one column, " + shown(cells.getFirst()) + "; at least two are expected, with '"
                            + options.separator() + "' between them: choose another with withSeparator");
        }
        if (options.header() && cells.stream().allMatch(cell -> isNumber(cell.strip()))) {
            throw new DataFileException(
                    file,
                    where + "has numbers, no names of columns; put a line of names before it, or read the table"
                            + " with withHeader(false)");
        }
        var names = new ArrayList<String>();
        var seen = new HashSet<String>();
        for (int i = 0; i < cells.size(); i++) {
            var cell = SPACE.matcher(cells.get(i).strip()).replaceAll(" ");
            var name = options.header() && !cell.isEmpty() ? cell : Integer.toString(i + 1);
            if (!seen.add(name)) {
                throw new DataFileException(file, where + "two columns are named " + shown(name) + "; rename one");
            }
            names.add(name);
        }
        return List.copyOf(names);
    }

    private void add(long line, List<String> cells) throws DataFileException {
        if (cells.size() != columns.size()) {
            throw new DataFileException(
                    file,
                    "line " + line + ": has " + cells.size() + (cells.size() == 1 ? " cell" : " cells")
                            + ", the first line has " + columns.size());
        }
        lines.add(line);
        rows.add(cells.stream().map(String::strip).toArray(String[]::new));
    }

    /** The names of the columns, in order; a column that has none is named by its number, from 1. */
    public List<String> columns() {
        return columns;
    }

    /** The number of rows, the line of names not counted. */
    public int size() {
        return rows.size();
    }

    /**
     * The text of a cell.
     *
     * @param row from 0
     * @throws DataFileException if there is no such column
     */
    public String cell(int row, String column) throws DataFileException {
        return rows.get(Objects.checkIndex(row, rows.size()))[column(column)];
    }

    /** 80 % for train, 10 % for dev and 10 % for test, as {@link #split(TableOptions, double, double, long)}. */
    public TableSplit split(TableOptions options, long seed) throws DataFileException {
        return split(options, 0.8, 0.1, seed);
    }

    /**
     * Draws rows for train, dev and test by a seed, with the cuts of {@link DataSplit#of(BatchSource, double, double,
     * long)}, and makes tensors of them. In each part the rows are in the order of the file. Means, deviations,
     * categories and classes are those of the rows of train; categories and classes are numbered in their order there.
     *
     * @param train the fraction of the rows for train, above 0
     * @param dev the fraction for dev; test has the rest
     * @throws DataFileException if a column is missing, a cell is not what its column wants, or a column of numbers
     *     that is standardised is constant in train: it says nothing, and its deviation is 0
     * @throws IllegalArgumentException if the fractions are wrong, or a part has no row
     */
    public TableSplit split(TableOptions options, double train, double dev, long seed) throws DataFileException {
        if (!(train > 0)) {
            throw new IllegalArgumentException("split: train " + train + " must be above 0");
        }
        int[] usable = TableEncoding.usable(this, options);
        if (usable.length == 0) {
            throw new DataFileException(file, "has no row without a missing cell; fill some in, or leave columns out");
        }
        int[] order = TorchRandom.seeded(seed).randperm(usable.length);
        int[] cuts = DataSplit.cuts(usable.length, train, dev);
        int[] trainRows = part(usable, order, 0, cuts[0]);
        var encoding = TableEncoding.of(this, trainRows, options);
        return new TableSplit(
                encoding.data(this, trainRows),
                encoding.data(this, part(usable, order, cuts[0], cuts[1])),
                encoding.data(this, part(usable, order, cuts[1], order.length)),
                encoding);
    }

    private static int[] part(int[] usable, int[] order, int from, int to) {
        return Arrays.stream(order, from, to).map(i -> usable[i]).sorted().toArray();
    }

    int[] allRows() {
        return IntStream.range(0, rows.size()).toArray();
    }

    /** The index of a column. */
    int column(String name) throws DataFileException {
        int index = columns.indexOf(name);
        if (index < 0) {
            throw new DataFileException(
                    file,
                    "has no column " + shown(name) + "; it has " + PrintableText.excerpt(String.join(", ", columns)));
        }
        return index;
    }

    String cell(int row, int column) {
        return rows.get(row)[column];
    }

    /**
     * The number in a cell that is not missing.
     *
     * @param advice what to do if it is none
     */
    double number(int row, int column, String advice) throws DataFileException {
        var text = cell(row, column);
        if (!isNumber(text)) {
            throw wrong(row, column, shown(text) + " is no number; " + advice);
        }
        double value = Double.parseDouble(text);
        if (Math.abs(value) > Float.MAX_VALUE) {
            throw wrong(row, column, shown(text) + " is too large for float32");
        }
        return value;
    }

    /** Whether a cell of a column of numbers, or of one of categories, is missing. */
    boolean isMissing(int row, int column, boolean number) {
        var text = cell(row, column);
        return text.isEmpty() || (number && (text.equalsIgnoreCase("NA") || text.equalsIgnoreCase("NaN")));
    }

    /** What is wrong with a cell. */
    DataFileException wrong(int row, int column, String problem) {
        return new DataFileException(
                file, "line " + lines.get(row) + ", column " + shown(columns.get(column)) + ": " + problem);
    }

    /** What is wrong with a column. */
    DataFileException wrong(int column, String problem) {
        return new DataFileException(file, "column " + shown(columns.get(column)) + ": " + problem);
    }

    private static boolean isNumber(String text) {
        return NUMBER.matcher(text).matches();
    }

    /** The beginning of a text in quotes. */
    static String shown(String text) {
        int end = text.codePointCount(0, text.length()) > SHOWN ? text.offsetByCodePoints(0, SHOWN) : text.length();
        return '"' + PrintableText.of(text.substring(0, end)) + (end < text.length() ? "…" : "") + '"';
    }
}
