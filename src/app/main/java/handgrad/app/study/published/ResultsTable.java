package handgrad.app.study.published;

import handgrad.app.train.LectureRun;
import handgrad.models.LectureModel;
import handgrad.page.MarkedPart;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** The results beside what the lectures print, as a Markdown table of all of them and one of a single row. */
final class ResultsTable {
    /** Where jmh/RESULTS.md has the table. */
    static final MarkedPart PART = new MarkedPart("results");

    /** Where the README has the row. */
    static final MarkedPart ROW = new MarkedPart("losses");

    private static final String HEAD = """
            | `./handgrad train MODEL --data names.txt` | loss | published | measured | difference | seconds |
            |---|---|---|---|---|---|
            """;

    private ResultsTable() {}

    /**
     * One published loss.
     *
     * @param name which loss
     * @param published the lecture's
     * @param measured ours
     */
    record Row(LectureModel model, String name, double published, double measured) {
        double difference() {
            return measured - published;
        }

        /** A loss with the digits of the published one, four at least. */
        String digits(double loss) {
            int decimals = Math.max(4, BigDecimal.valueOf(published).scale());
            return BigDecimal.valueOf(loss)
                    .setScale(decimals, RoundingMode.HALF_EVEN)
                    .toPlainString();
        }

        /** How far the measured loss may be from the published one; a wavenet twice as far as the others. */
        double bound() {
            return model.published().tolerance();
        }
    }

    /** The published losses of a run. */
    static List<Row> rows(LectureRun run) {
        var published = run.model().published();
        var rows = new ArrayList<Row>();
        row(run.model(), "first batch", published.first(), run.first()).ifPresent(rows::add);
        row(run.model(), "last batch", published.last(), run.last()).ifPresent(rows::add);
        row(run.model(), run.model().isBigram() ? "all names" : "train", published.train(), run.train())
                .ifPresent(rows::add);
        row(run.model(), "dev", published.dev(), run.dev()).ifPresent(rows::add);
        return rows;
    }

    private static Optional<Row> row(LectureModel model, String name, OptionalDouble published, double measured) {
        return published.isPresent()
                ? Optional.of(new Row(model, name, published.getAsDouble(), measured))
                : Optional.empty();
    }

    /** The losses of wavenet, the last network of the lectures, as one row in Markdown. */
    static String row(List<LectureRun> runs) {
        var head = new StringBuilder("| `./handgrad train MODEL --data names.txt` |");
        var line = new StringBuilder("| `" + LectureModel.WAVENET.title() + "` |");
        for (var run : runs) {
            if (run.model() == LectureModel.WAVENET) {
                for (var row : rows(run)) {
                    head.append(" %s, published | measured |".formatted(row.name()));
                    line.append(" %s | %s |".formatted(row.digits(row.published()), row.digits(row.measured())));
                }
            }
        }
        var rule = head.toString().replaceAll("[^|]+", "---");
        return head + "\n" + rule + "\n" + line + "\n";
    }

    /** The table in Markdown, a line for each published loss; seconds of a training that was not timed are left out. */
    static String markdown(List<LectureRun> runs) {
        var table = new StringBuilder(HEAD);
        for (var run : runs) {
            var seconds = Double.isNaN(run.seconds()) ? "" : String.format(Locale.ROOT, "%.1f", run.seconds());
            for (var row : rows(run)) {
                table.append(String.format(
                        Locale.ROOT,
                        "| `%s` | %s | %s | %s | %+.4f | %s |%n",
                        row.model().title(),
                        row.name(),
                        row.digits(row.published()),
                        row.digits(row.measured()),
                        Math.round(1e4 * row.difference()) / 1e4 + 0.0, // no negative zero
                        seconds));
                seconds = "";
            }
        }
        return table.toString();
    }
}
