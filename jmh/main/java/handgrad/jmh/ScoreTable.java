package handgrad.jmh;

import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;

/** The scores of a study by row and column. */
record ScoreTable(List<Score> scores) {
    /** A ratio in each row that has one. */
    record Ratio(String row, double value) {}

    /** As they were measured, but numbers in their order. */
    List<String> rows() {
        var rows = scores.stream().map(Score::row).distinct().toList();
        return rows.stream().allMatch(row -> row.matches("\\d+"))
                ? rows.stream()
                        .sorted(Comparator.comparingInt(Integer::parseInt))
                        .toList()
                : rows;
    }

    List<String> columns() {
        return scores.stream().map(Score::column).distinct().toList();
    }

    /** The median of a cell; NaN if it was not measured. */
    double value(String row, String column) {
        return scores.stream()
                .filter(score -> score.row().equals(row) && score.column().equals(column))
                .mapToDouble(Score::median)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** The ratio of one column to another in each row that has both. */
    List<Ratio> ratios(String column, String divisor) {
        return rows().stream()
                .map(row -> new Ratio(row, value(row, column) / value(row, divisor)))
                .filter(ratio -> !Double.isNaN(ratio.value))
                .toList();
    }

    /** How many times as fast as the best rival the study's own column is; NaN where there is nothing to compare. */
    double speed(Study study, String row) {
        double own = value(row, study.own());
        var rivals = rivals(row, study::isRival);
        return study.higherIsBetter()
                ? own / rivals.max().orElse(Double.NaN)
                : rivals.min().orElse(Double.NaN) / own;
    }

    /** {@link #speed} of every row that has one. */
    List<Ratio> speeds(Study study) {
        return rows().stream()
                .map(row -> new Ratio(row, speed(study, row)))
                .filter(ratio -> !Double.isNaN(ratio.value))
                .toList();
    }

    private DoubleStream rivals(String row, Predicate<String> isRival) {
        return scores.stream()
                .filter(score -> score.row().equals(row) && isRival.test(score.column()))
                .mapToDouble(Score::median);
    }

    static double geometricMean(List<Ratio> ratios) {
        return Math.exp(ratios.stream()
                .mapToDouble(ratio -> Math.log(ratio.value))
                .average()
                .orElse(Double.NaN));
    }

    /** The rows whose name a test accepts. */
    ScoreTable where(Predicate<String> row) {
        return new ScoreTable(
                scores.stream().filter(score -> row.test(score.row())).toList());
    }
}
