package handgrad.app.sweep;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import handgrad.app.command.UserFile;
import handgrad.app.command.WrongInputException;
import handgrad.file.PrintableText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * The file of a sweep: comma-separated values in UTF-8 (RFC 4180), a line of column names first, then a row for each
 * run, or for several: those of the product of all its cells with more than one value. An empty cell leaves the option
 * to the model.
 *
 * @param columns the names of the columns, the model's among them
 * @param runs in the order of the file, each once
 * @param text the file
 */
record SweepFile(List<String> columns, List<SweepRun> runs, String text) {
    private static final int MAXIMUM_BYTES = 16 << 20;

    /** Each has a folder. */
    private static final int MOST_RUNS = 100_000;

    /** Reads and checks it: a run that this lets through may still be refused by the training itself. */
    static SweepFile read(Path file) {
        var text = new UserFile("", file, "the file of a sweep").text(MAXIMUM_BYTES);
        try (var reader = CsvReader.builder()
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .ofCsvRecord(text)) {
            return new Reading(file).read(reader, text);
        } catch (CsvParseException exception) {
            throw new WrongInputException(file + ": "
                    + PrintableText.excerpt(Objects.requireNonNullElse(exception.getMessage(), "is no CSV")));
        } catch (IOException exception) {
            throw new WrongInputException(file + ": cannot be read: " + exception.getMessage());
        }
    }

    /** The reading of one file. */
    private static final class Reading {
        private final Path file;
        private final TrainArguments train = new TrainArguments();
        private final SequencedMap<String, SweepRun> runs = new LinkedHashMap<>();
        private List<String> columns = List.of();

        Reading(Path file) {
            this.file = file;
        }

        SweepFile read(CsvReader<CsvRecord> reader, String text) {
            var records = reader.iterator();
            if (!records.hasNext()) {
                throw new WrongInputException(file
                        + ": is empty; it wants a line of column names, such as model,lr,seed, then a row of runs");
            }
            var names = records.next();
            columns = names.getFields().stream().map(String::strip).toList();
            requireColumns(names.getStartingLineNumber());
            while (records.hasNext()) {
                add(records.next());
            }
            if (runs.isEmpty()) {
                throw new WrongInputException(
                        file + ": has column names and no runs; add a row, such as mlp-bn,0.1|0.01,0..9");
            }
            return new SweepFile(columns, List.copyOf(runs.values()), text);
        }

        private void requireColumns(long line) {
            var known = train.columns();
            for (int i = 0; i < columns.size(); i++) {
                var column = columns.get(i);
                if (!column.equals(SweepRun.MODEL) && !known.contains(column)) {
                    throw wrong(
                            line, i, "there is no such option of train; there are model, " + String.join(", ", known));
                }
                if (columns.indexOf(column) < i) {
                    throw wrong(line, i, "is there twice; take one out");
                }
            }
            if (!columns.contains(SweepRun.MODEL)) {
                throw new WrongInputException(
                        "%s: line %d: has no column model, which names what to train".formatted(file, line));
            }
        }

        private void add(CsvRecord row) {
            long line = row.getStartingLineNumber();
            if (row.getFieldCount() != columns.size()) {
                throw new WrongInputException("%s: line %d: has %d cells, the line of names has %d"
                        .formatted(file, line, row.getFieldCount(), columns.size()));
            }
            var given = new ArrayList<String>();
            var values = new ArrayList<List<String>>();
            double count = 1;
            for (int i = 0; i < columns.size(); i++) {
                var cell = values(line, i, row.getField(i));
                if (!cell.isEmpty()) {
                    given.add(columns.get(i));
                    values.add(cell);
                    count *= cell.size();
                }
            }
            if (count + runs.size() > MOST_RUNS) {
                throw new WrongInputException(String.format(
                        Locale.ROOT,
                        "%s: line %d: makes it more than %,d runs; take several sweeps",
                        file,
                        line,
                        MOST_RUNS));
            }
            requireValues(row, given, values);
            for (var choice : Cell.product(values)) {
                var options = new LinkedHashMap<String, String>();
                for (int i = 0; i < choice.size(); i++) {
                    options.put(given.get(i), choice.get(i));
                }
                var run = new SweepRun(line, options);
                runs.putIfAbsent(run.name(), run);
            }
        }

        private List<String> values(long line, int column, String cell) {
            try {
                return Cell.values(cell, MOST_RUNS);
            } catch (IllegalArgumentException exception) {
                throw wrong(line, column, exception);
            }
        }

        /** Every value fits every model of its row. */
        private void requireValues(CsvRecord row, List<String> given, List<List<String>> values) {
            long line = row.getStartingLineNumber();
            int model = columns.indexOf(SweepRun.MODEL);
            if (!given.contains(SweepRun.MODEL)) {
                throw wrong(line, model, "is empty; name a model");
            }
            var models = values.get(given.indexOf(SweepRun.MODEL));
            try {
                models.forEach(train::requireModel);
            } catch (IllegalArgumentException exception) {
                throw wrong(line, model, exception);
            }
            for (var column : given) {
                int i = columns.indexOf(column);
                if (i != model) {
                    for (var value : Cell.ends(row.getField(i), MOST_RUNS)) {
                        requireValue(line, i, models, value);
                    }
                }
            }
        }

        private void requireValue(long line, int column, List<String> models, String value) {
            try {
                models.forEach(model -> train.requireValue(model, columns.get(column), value));
            } catch (IllegalArgumentException exception) {
                throw wrong(line, column, exception);
            }
        }

        private WrongInputException wrong(long line, int column, IllegalArgumentException exception) {
            return wrong(line, column, String.valueOf(exception.getMessage()));
        }

        private WrongInputException wrong(long line, int column, String problem) {
            return new WrongInputException("%s: line %d, column %d (%s): %s"
                    .formatted(file, line, column + 1, PrintableText.excerpt(columns.get(column)), problem));
        }
    }
}
