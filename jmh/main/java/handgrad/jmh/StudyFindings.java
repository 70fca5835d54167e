package handgrad.jmh;

import handgrad.page.Block;
import handgrad.page.Block.Axis;
import handgrad.page.Block.Chart;
import handgrad.page.Block.Frame;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Series;
import handgrad.page.Block.Style;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Sentences and charts that several studies make of their numbers. */
final class StudyFindings {
    private static final Comparator<ScoreTable.Ratio> BY_VALUE = Comparator.comparingDouble(ScoreTable.Ratio::value);

    private StudyFindings() {}

    /**
     * One column beside another: "masked takes 1.20 times as long as scalar tail (geometric mean; 0.95 at 30 to 1.50 at
     * 27)".
     *
     * @param verb what the ratio means, for example {@code takes %s times as long as}
     */
    static Sentence compare(ScoreTable table, String column, String verb, String divisor) {
        var ratios = table.ratios(column, divisor);
        if (ratios.isEmpty()) {
            return Sentence.plain("%s and %s were not measured together.".formatted(column, divisor));
        }
        var text = "%s %s %s".formatted(column, verb.formatted(ratio(ScoreTable.geometricMean(ratios))), divisor);
        var least = ratios.stream().min(BY_VALUE).orElseThrow();
        var greatest = ratios.stream().max(BY_VALUE).orElseThrow();
        return Sentence.plain(
                ratios.size() == 1
                        ? text + "."
                        : "%s (geometric mean; from %s for %s to %s for %s)."
                                .formatted(
                                        text,
                                        ratio(least.value()),
                                        least.row(),
                                        ratio(greatest.value()),
                                        greatest.row()));
    }

    /** The columns beside the first, in time. */
    static List<Block> slower(ScoreTable table, String first) {
        return table.columns().stream()
                .filter(column -> !column.equals(first))
                .<Block>map(column -> compare(table, column, "takes %s times as long as", first))
                .toList();
    }

    /** A chart with a series for each column: over numbers if the rows are named by numbers, else over their names. */
    static Chart chart(ScoreTable table, String title, String xLabel, String unit) {
        var rows = table.rows();
        boolean numbers = rows.stream().allMatch(row -> row.matches("\\d+"));
        double[] x = new double[rows.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = numbers ? Double.parseDouble(rows.get(i)) : i;
        }
        var series = table.columns().stream()
                .map(column -> new Series(
                        column,
                        numbers ? Style.LINE : Style.POINTS,
                        x,
                        rows.stream()
                                .mapToDouble(row -> table.value(row, column))
                                .toArray()))
                .toList();
        var axis = numbers
                ? new Axis(xLabel, x[x.length - 1] > 20 * x[0] && x[0] > 0, List.of())
                : Axis.ofNames(xLabel, rows);
        return new Chart(
                title,
                "%s of %s, by %s.".formatted(unit, String.join(", ", table.columns()), xLabel),
                axis,
                new Axis(unit, wide(table), List.of()),
                List.of(new Frame("", series)));
    }

    /** Whether the values span so much that a linear axis would hide the small ones. */
    private static boolean wide(ScoreTable table) {
        var values = table.scores().stream().mapToDouble(Score::median).summaryStatistics();
        return values.getMin() > 0 && values.getMax() > 20 * values.getMin();
    }

    static String ratio(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, value >= 10 ? "%.0f" : "%.2f", value);
    }

    /** Three digits that count. */
    static String number(double value) {
        if (value == 0 || !Double.isFinite(value)) {
            return value == 0 ? "0" : "–";
        }
        int decimals = Math.clamp(2 - (long) Math.floor(Math.log10(Math.abs(value))), 0, 6);
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    /** A horizontal or any other line to compare with. */
    static Series reference(String label, double x1, double y1, double x2, double y2) {
        return new Series(label, Style.REFERENCE, new double[] {x1, x2}, new double[] {y1, y2});
    }
}
