package handgrad.jmh;

import handgrad.page.Block;
import handgrad.page.Block.Axis;
import handgrad.page.Block.Chart;
import handgrad.page.Block.Frame;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Series;
import handgrad.page.Block.Style;
import java.util.ArrayList;
import java.util.List;

/** The accuracy and the speed of exp and tanh. */
final class FunctionStudy implements Study {
    /** The end of the name of a column that holds the largest error and no time. */
    static final String ERROR = ", error in ulp";

    @Override
    public String title() {
        return "functions";
    }

    @Override
    public String question() {
        return "How fast and how accurate are exp and tanh over an array in the cache, beside the JDK's lanewise ones?";
    }

    @Override
    public String method() {
        return "4096 normally distributed numbers. The error is the largest over a million floats spread evenly over "
                + "the bit patterns, in units in the last place of the true value.";
    }

    @Override
    public String unit() {
        return "ns an element";
    }

    @Override
    public String own() {
        return "handgrad";
    }

    @Override
    public boolean isRival(String column) {
        return column.equals("jdk");
    }

    @Override
    public List<BenchmarkGroup> groups(Effort effort) {
        return List.of(BenchmarkGroup.of(FunctionBenchmark.class));
    }

    @Override
    public Score score(BenchmarkResult result) {
        return result.score(
                result.parameter("function"), result.method(), micros -> micros * 1e3 / FunctionBenchmark.N);
    }

    @Override
    public List<Score> measure(Effort effort, StudyProgress progress, List<String> notes) {
        var scores = new ArrayList<>(Study.super.measure(effort, progress, notes));
        scores.addAll(FunctionBenchmark.accuracy());
        return scores;
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        var blocks = new ArrayList<Block>();
        blocks.add(StudyFindings.compare(table, "jdk", "takes %s times as long as", "handgrad"));
        var series = new ArrayList<Series>();
        for (var row : table.rows()) {
            for (var column : List.of("handgrad", "jdk")) {
                double error = table.value(row, column + ERROR);
                double time = table.value(row, column);
                blocks.add(Sentence.plain("%s by %s: %s ns an element, largest error %s ulp."
                        .formatted(row, column, StudyFindings.number(time), StudyFindings.number(error))));
                series.add(new Series(row + ", " + column, Style.POINTS, new double[] {time}, new double[] {error}));
            }
        }
        blocks.add(new Chart(
                "Accuracy against speed",
                "The largest error of each function by its time; left and low is best.",
                Axis.logarithmic("ns an element"),
                Axis.of("largest error, ulp"),
                List.of(new Frame("", series))));
        return blocks;
    }
}
