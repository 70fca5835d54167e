package handgrad.app.study.transforms;

import de.siegmar.fastcsv.reader.CsvRecord;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The numbers of a column, read row by row, or the first thing that is wrong with them. */
final class CsvColumn {
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d{1,3})?");

    /** The third power of a difference of such numbers, summed over all rows, is still a float64. */
    private static final double LARGEST = 1e60;

    private static final double SMALLEST = 1e-60;

    /** Characters of a cell in a message. */
    private static final int SHOWN = 30;

    private final String name;
    private final int index;

    private double[] values = new double[64];
    private int rows;
    private boolean anyNumber;
    private @Nullable String noNumber;
    private @Nullable String problem;

    CsvColumn(String name, int index) {
        this.name = name;
        this.index = index;
    }

    String name() {
        return name;
    }

    static boolean isNumber(String text) {
        return NUMBER.matcher(text).matches();
    }

    /** Adds the cell of a row. */
    void add(long line, CsvRecord row) {
        var text = row.getField(index).strip();
        boolean number = isNumber(text);
        double value = number ? Double.parseDouble(text) : 0;
        anyNumber |= number;
        if (problem == null) {
            var wrong = wrong(text, number, value);
            problem = wrong.isEmpty() ? null : at(line) + wrong;
        }
        if (rows == 0) {
            noNumber = at(line) + shown(text) + " is no number, nor is any in the column; name columns of numbers with"
                    + " --features A,B";
        }
        if (rows == values.length) {
            values = Arrays.copyOf(values, 2 * rows);
        }
        values[rows++] = value;
    }

    /** What is wrong with a cell; empty for nothing. */
    private static String wrong(String text, boolean number, double value) {
        if (text.isEmpty()) {
            return "the cell is empty; fill it in, or take out the line";
        }
        if (!number) {
            return shown(text) + " is no number";
        }
        if (Math.abs(value) > LARGEST) {
            return shown(text) + " is too large to be computed with; its size must be at most 1e60";
        }
        return value != 0 && Math.abs(value) < SMALLEST
                ? shown(text) + " is too small to be computed with; its size must be at least 1e-60"
                : "";
    }

    private String at(long line) {
        return "line " + line + ", column " + name + ": ";
    }

    /** What is wrong with the column, with its line; empty if every cell is a number. */
    Optional<String> problem() {
        return Optional.ofNullable(anyNumber ? problem : noNumber);
    }

    /** The numbers so far. */
    double[] values() {
        return Arrays.copyOf(values, rows);
    }

    private static String shown(String text) {
        return '"' + (text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text) + '"';
    }
}
