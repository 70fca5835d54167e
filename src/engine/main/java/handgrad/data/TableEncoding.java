package handgrad.data;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the cells of a table become tensors: which columns, and what the rows of train say of their numbers. */
public final class TableEncoding {
    private static final String TARGET_ADVICE = "where the target is a class, ask for TableOptions.classification";

    private final TableOptions options;
    private final List<TableColumn> columns;
    private final Map<String, Integer> classes;

    private TableEncoding(TableOptions options, List<TableColumn> columns, Map<String, Integer> classes) {
        this.options = options;
        this.columns = List.copyOf(columns);
        this.classes = classes;
    }

    /** The encoding that these rows of train give. */
    static TableEncoding of(CsvTable table, int[] train, TableOptions options) throws DataFileException {
        var columns = new ArrayList<TableColumn>();
        for (var name : featureColumns(table, options)) {
            int column = table.column(name);
            columns.add(
                    options.categories().contains(name)
                            ? TableColumn.OfCategories.of(table, train, column, options)
                            : TableColumn.OfNumbers.of(table, train, column, options.standardized()));
        }
        Map<String, Integer> classes = options.classification()
                ? TableColumn.OfCategories.codes(table, train, table.column(options.target()))
                : new LinkedHashMap<>();
        return new TableEncoding(options, columns, classes);
    }

    private static List<String> featureColumns(CsvTable table, TableOptions options) throws DataFileException {
        int target = table.column(options.target());
        for (var name : options.categories()) {
            table.column(name);
        }
        for (var name : options.leftOut()) {
            table.column(name);
        }
        var names = table.columns().stream()
                .filter(name ->
                        !name.equals(options.target()) && !options.leftOut().contains(name))
                .toList();
        if (names.isEmpty()) {
            throw table.wrong(target, "is all that is left, there is no feature to predict it from");
        }
        return names;
    }

    /** The rows to learn from or to judge by; the first cell that is not what its column wants is refused. */
    static int[] usable(CsvTable table, TableOptions options) throws DataFileException {
        return usable(table, options, featureColumns(table, options));
    }

    private static int[] usable(CsvTable table, TableOptions options, List<String> names) throws DataFileException {
        int[] columns = new int[names.size() + 1];
        boolean[] numbers = new boolean[columns.length];
        for (int i = 0; i < names.size(); i++) {
            columns[i] = table.column(names.get(i));
            numbers[i] = !options.categories().contains(names.get(i));
        }
        int target = names.size();
        columns[target] = table.column(options.target());
        numbers[target] = !options.classification();
        var usable = new ArrayList<Integer>();
        for (int row : table.allRows()) {
            boolean whole = true;
            for (int i = 0; i < columns.length; i++) {
                boolean missing = table.isMissing(row, columns[i], numbers[i]);
                if (missing) {
                    requireAllowed(table, row, columns[i], i == target, options.missing());
                } else if (numbers[i]) {
                    table.number(row, columns[i], i == target ? TARGET_ADVICE : TableColumn.ADVICE);
                }
                whole &= !missing || options.missing() == MissingCells.MEAN;
            }
            if (whole) {
                usable.add(row);
            }
        }
        return usable.stream().mapToInt(Integer::intValue).toArray();
    }

    private static void requireAllowed(CsvTable table, int row, int column, boolean target, MissingCells missing)
            throws DataFileException {
        boolean allowed = switch (missing) {
            case REFUSE -> false;
            case DROP_ROW -> true;
            case MEAN -> !target;
        };
        if (!allowed) {
            throw table.wrong(
                    row,
                    column,
                    (target ? "the target" : "the cell") + " is missing; fill it in, or choose what to do with"
                            + " withMissing(MissingCells.DROP_ROW" + (target ? "" : " or MEAN") + ")");
        }
    }

    /** The names of the columns of x; a one-hot column is named as column=category. */
    public List<String> features() {
        return columns.stream().flatMap(column -> column.features().stream()).toList();
    }

    /** The classes of the target by their number in y; empty where it is a number. */
    public List<String> classes() {
        return List.copyOf(classes.keySet());
    }

    /**
     * The mean of a column's numbers in the rows of train.
     *
     * @throws IllegalArgumentException if there is no such feature, or it is one of categories
     */
    public double mean(String column) {
        return numbers("mean", column).mean();
    }

    /**
     * The deviation of a column's numbers in the rows of train, over N.
     *
     * @throws IllegalArgumentException if there is no such feature, or it is one of categories
     */
    public double deviation(String column) {
        return numbers("deviation", column).deviation();
    }

    private TableColumn.OfNumbers numbers(String operation, String name) {
        for (var column : columns) {
            if (column instanceof TableColumn.OfNumbers numbers
                    && numbers.name().equals(name)) {
                return numbers;
            }
        }
        throw new IllegalArgumentException(operation + ": there is no feature of numbers named " + name);
    }

    /**
     * All rows of a table that has these columns and the target, such as one to judge by, encoded as those of train.
     *
     * @throws DataFileException if a column is missing, or a cell is not what its column wants
     */
    public TensorDataset data(CsvTable table) throws DataFileException {
        var names = columns.stream().map(TableColumn::name).toList();
        return data(table, usable(table, options, names));
    }

    /** x and y of some rows, which have been checked. */
    TensorDataset data(CsvTable table, int[] rows) throws DataFileException {
        int target = table.column(options.target());
        Tensor y = Tensor.zeros(
                options.classification() ? DType.INT32 : DType.FLOAT32,
                options.classification() ? Shape.of(rows.length) : Shape.of(rows.length, 1));
        for (int i = 0; i < rows.length; i++) {
            if (options.classification()) {
                var code = classes.get(table.cell(rows[i], target));
                if (code == null) {
                    throw table.wrong(
                            rows[i],
                            target,
                            CsvTable.shown(table.cell(rows[i], target)) + " is the class of no row of train; give"
                                    + " train a larger fraction, or another seed");
                }
                y.ints()[i] = code;
            } else {
                y.floats()[i] = (float) table.number(rows[i], target, TARGET_ADVICE);
            }
        }
        return new TensorDataset(x(table, rows), y);
    }

    /**
     * The features of all rows of a table, FLOAT32 (rows, features), to predict from; it needs no target.
     *
     * @throws DataFileException if a column is missing, or a cell is not what its column wants; a missing cell is
     *     refused unless it becomes the mean
     */
    public Tensor x(CsvTable table) throws DataFileException {
        int[] rows = table.allRows();
        for (var column : columns) {
            int index = table.column(column.name());
            for (int row : rows) {
                if (options.missing() != MissingCells.MEAN
                        && table.isMissing(row, index, column instanceof TableColumn.OfNumbers)) {
                    throw table.wrong(row, index, "the cell is missing; fill it in");
                }
            }
        }
        return x(table, rows);
    }

    private Tensor x(CsvTable table, int[] rows) throws DataFileException {
        int width = columns.stream().mapToInt(TableColumn::width).sum();
        var x = Tensor.zeros(DType.FLOAT32, Shape.of("CsvTable", rows.length, width));
        int start = 0;
        for (var column : columns) {
            int index = table.column(column.name());
            for (int i = 0; i < rows.length; i++) {
                column.write(table, rows[i], index, x.floats(), i * width + start);
            }
            start += column.width();
        }
        return x;
    }
}
