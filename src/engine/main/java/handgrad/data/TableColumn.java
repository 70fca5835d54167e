package handgrad.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the cells of one column become numbers of x. */
sealed interface TableColumn {
    /** What to do where a cell of a column of numbers is none. */
    String ADVICE = "name its column with withCategories, or leave it out with without";

    /** The name of the column. */
    String name();

    /** The numbers of a cell. */
    int width();

    /** The names of these numbers. */
    List<String> features();

    /** Writes the numbers of a cell, over zeros. */
    void write(CsvTable table, int row, int column, float[] x, int start) throws DataFileException;

    /**
     * A column of numbers.
     *
     * @param mean of the rows of train, which stands where a cell is missing
     * @param deviation of the rows of train
     * @param shift what is subtracted from a number
     * @param scale what it is divided by then
     */
    record OfNumbers(String name, double mean, double deviation, double shift, double scale) implements TableColumn {
        static OfNumbers of(CsvTable table, int[] rows, int column, boolean standardized) throws DataFileException {
            double sum = 0;
            double least = Double.POSITIVE_INFINITY;
            double largest = Double.NEGATIVE_INFINITY;
            int count = 0;
            for (int row : rows) {
                if (!table.isMissing(row, column, true)) {
                    double value = table.number(row, column, ADVICE);
                    sum += value;
                    least = Math.min(least, value);
                    largest = Math.max(largest, value);
                    count++;
                }
            }
            if (count == 0) {
                throw table.wrong(column, "has no number in train; leave it out with without");
            }
            double mean = sum / count;
            double squares = 0;
            for (int row : rows) {
                if (!table.isMissing(row, column, true)) {
                    double difference = table.number(row, column, ADVICE) - mean;
                    squares += difference * difference;
                }
            }
            double deviation = least == largest ? 0 : Math.sqrt(squares / count);
            if (standardized && deviation == 0) {
                throw table.wrong(
                        column, "is constant in train, " + (float) mean + " in every row; leave it out with without");
            }
            return new OfNumbers(
                    table.columns().get(column),
                    mean,
                    deviation,
                    standardized ? mean : 0,
                    standardized ? deviation : 1);
        }

        @Override
        public int width() {
            return 1;
        }

        @Override
        public List<String> features() {
            return List.of(name);
        }

        @Override
        public void write(CsvTable table, int row, int column, float[] x, int start) throws DataFileException {
            double value = table.isMissing(row, column, true) ? mean : table.number(row, column, ADVICE);
            x[start] = (float) ((value - shift) / scale);
            if (!Float.isFinite(x[start])) {
                throw table.wrong(
                        row,
                        column,
                        CsvTable.shown(table.cell(row, column)) + " is too far from the mean of train, " + (float) mean
                                + ", for float32");
            }
        }
    }

    /**
     * A column of categories.
     *
     * @param codes the index of each category, in the order of the rows of train
     * @param indices whether a cell becomes an index, otherwise one-hot
     * @param unseenAsZeros whether a category without a code is allowed
     */
    record OfCategories(String name, Map<String, Integer> codes, boolean indices, boolean unseenAsZeros)
            implements TableColumn {
        /** More of them are the numbers of customers or the like, and would make tensors that no memory holds. */
        private static final int MOST_ONE_HOT = 1000;

        static OfCategories of(CsvTable table, int[] rows, int column, TableOptions options) throws DataFileException {
            var codes = codes(table, rows, column);
            if (!options.indices() && codes.size() > MOST_ONE_HOT) {
                throw table.wrong(
                        column,
                        "has " + codes.size() + " categories in train, more than the " + MOST_ONE_HOT
                                + " that may be one-hot; choose indices with withIndices(true), or leave it out with"
                                + " without");
            }
            return new OfCategories(table.columns().get(column), codes, options.indices(), options.unseenAsZeros());
        }

        /** The texts of a column, each with its number in the order of these rows. */
        static Map<String, Integer> codes(CsvTable table, int[] rows, int column) {
            var codes = new LinkedHashMap<String, Integer>();
            for (int row : rows) {
                codes.putIfAbsent(table.cell(row, column), codes.size());
            }
            return codes;
        }

        @Override
        public int width() {
            return indices ? 1 : codes.size();
        }

        @Override
        public List<String> features() {
            if (indices) {
                return List.of(name);
            }
            var features = new ArrayList<String>();
            codes.keySet().forEach(category -> features.add(name + "=" + category));
            return features;
        }

        @Override
        public void write(CsvTable table, int row, int column, float[] x, int start) throws DataFileException {
            @Nullable Integer code = codes.get(table.cell(row, column));
            if (code == null && !unseenAsZeros) {
                throw table.wrong(
                        row,
                        column,
                        CsvTable.shown(table.cell(row, column)) + " is in no row of train; take it out, or give such"
                                + " cells zeros with withUnseenAsZeros(true)");
            }
            if (indices) {
                x[start] = code == null ? codes.size() : code;
            } else if (code != null) {
                x[start + code] = 1;
            }
        }
    }
}
