package handgrad.app.sweep;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import handgrad.app.train.RunOutcome;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the runs of a sweep came to, sorted by their options, whatever the order in which they ran.
 *
 * @param columns of the file
 */
record SweepResults(List<String> columns, List<Result> results) {
    /**
     * A run.
     *
     * @param outcome null where it is not finished
     * @param failure why it failed; null where it did not
     */
    record Result(
            SweepRun run,
            @Nullable RunOutcome outcome,
            @Nullable String failure) {
        boolean isDone() {
            return outcome != null;
        }

        boolean hasFailed() {
            return outcome == null && failure != null;
        }

        String status() {
            return isDone() ? "done" : hasFailed() ? "failed" : "not done";
        }

        /** The loss on dev, or on test where there is no dev; NaN where it is not finished. */
        double loss() {
            return outcome == null ? Double.NaN : Double.isNaN(outcome.dev()) ? outcome.test() : outcome.dev();
        }
    }

    /** Reads those of a folder. */
    static SweepResults read(SweepFolder folder) {
        var file = SweepFile.read(folder.file());
        var results = file.runs().stream()
                .map(run -> new Result(
                        run,
                        folder.outcome(run).orElse(null),
                        folder.failure(run).orElse(null)))
                .sorted(Comparator.comparing(Result::run, order(file.columns())))
                .toList();
        return new SweepResults(file.columns(), results);
    }

    private static Comparator<SweepRun> order(List<String> columns) {
        Comparator<SweepRun> order = (_, _) -> 0;
        for (var column : columns) {
            order = order.thenComparing(run -> run.option(column), SweepResults::compare);
        }
        return order;
    }

    /** Numbers by their value, before texts. */
    private static int compare(String a, String b) {
        double x = number(a);
        double y = number(b);
        int byValue = Double.compare(x, y);
        return byValue == 0 ? a.compareTo(b) : byValue;
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException noNumber) {
            return Double.NaN;
        }
    }

    long count(Predicate<Result> kind) {
        return results.stream().filter(kind).count();
    }

    /** The table: comma-separated values, without anything that depends on when and where the runs ran. */
    String csv() {
        var text = new StringWriter();
        try (var writer = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
            var head = new ArrayList<>(columns);
            head.addAll(List.of("run", "status", "steps", "train", "dev", "test", "weights", "error"));
            writer.writeRecord(head);
            for (var result : results) {
                var cells =
                        new ArrayList<>(columns.stream().map(result.run::option).toList());
                cells.addAll(List.of(result.run.name(), result.status()));
                cells.addAll(outcome(result.outcome));
                cells.add(result.hasFailed() && result.failure != null ? result.failure : "");
                writer.writeRecord(cells);
            }
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
        return text.toString();
    }

    private static List<String> outcome(@Nullable RunOutcome outcome) {
        return outcome == null
                ? List.of("", "", "", "", "")
                : List.of(
                        Integer.toString(outcome.done()),
                        loss(outcome.train()),
                        loss(outcome.dev()),
                        loss(outcome.test()),
                        outcome.weights());
    }

    private static String loss(double loss) {
        return Double.isNaN(loss) ? "" : Double.toString(loss);
    }
}
