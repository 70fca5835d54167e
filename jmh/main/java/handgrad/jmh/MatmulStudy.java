package handgrad.jmh;

import handgrad.page.Block;
import handgrad.page.Block.Axis;
import handgrad.page.Block.Chart;
import handgrad.page.Block.Frame;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Series;
import handgrad.page.Block.Style;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Matrix products over a grid of shapes, and where the Java kernel gives way to OpenBLAS. */
final class MatmulStudy implements Study {
    /** Seconds: short, because all shapes run the same few loops. */
    private static final double WARMUP = 0.3;

    private static final Comparator<ScoreTable.Ratio> BY_WORK =
            Comparator.comparingDouble(ratio -> MatmulProblem.flop(ratio.row()));

    @Override
    public String title() {
        return "matmul";
    }

    @Override
    public String question() {
        return "How fast are matrix products of each shape (m x k x n) on one thread, and from which size on is "
                + "OpenBLAS faster than the Java kernel?";
    }

    @Override
    public String method() {
        return "The same arrays for each implementation; N and T say whether A and B are stored transposed. Each "
                + "result is compared with float64. Routed is what handgrad chooses.";
    }

    @Override
    public String unit() {
        return "GFLOP/s";
    }

    @Override
    public boolean higherIsBetter() {
        return true;
    }

    @Override
    public String own() {
        return "routed";
    }

    /** The Java kernel is a part of the routed product, not a rival of it. */
    @Override
    public boolean isRival(String column) {
        return !column.equals("routed") && !column.equals("java");
    }

    @Override
    public List<BenchmarkGroup> groups(Effort effort) {
        Map<String, List<String>> shapes =
                effort == Effort.QUICK ? Map.of("shape", MatmulProblem.QUICK_SHAPES) : Map.of();
        // With the profile peers, libtorch as well.
        return List.of(new BenchmarkGroup("MatmulBenchmark", shapes, List.of(), WARMUP));
    }

    @Override
    public Score score(BenchmarkResult result) {
        var shape = result.parameter("shape");
        return result.score(shape, result.method(), micros -> MatmulProblem.flop(shape) / 1e3 / micros);
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        var ratios = table.ratios("java", "openblas");
        var blocks = new ArrayList<Block>();
        blocks.add(StudyFindings.compare(table, "java", "gets %s times the GFLOP/s of", "openblas"));
        blocks.add(crossover(ratios));
        blocks.add(StudyFindings.compare(table, "routed", "gets %s times the GFLOP/s of", "openblas"));
        var speeds = table.speeds(this);
        if (!speeds.isEmpty()) {
            var worst = speeds.stream()
                    .min(Comparator.comparingDouble(ScoreTable.Ratio::value))
                    .orElseThrow();
            blocks.add(Sentence.plain("Routed against the best other of each shape: geometric mean %s, lowest %s at %s."
                    .formatted(
                            StudyFindings.ratio(ScoreTable.geometricMean(speeds)),
                            StudyFindings.ratio(worst.value()),
                            worst.row())));
        }
        blocks.add(chart(ratios));
        return blocks;
    }

    private static Block crossover(List<ScoreTable.Ratio> ratios) {
        var javaWins = ratios.stream().filter(ratio -> ratio.value() >= 1).toList();
        if (javaWins.isEmpty() || javaWins.size() == ratios.size()) {
            return Sentence.plain("There is no crossover: %s is faster at each of the %d shapes."
                    .formatted(javaWins.isEmpty() ? "OpenBLAS" : "the Java kernel", ratios.size()));
        }
        var largestOfJava = javaWins.stream().max(BY_WORK).orElseThrow();
        var smallestOfBlas =
                ratios.stream().filter(ratio -> ratio.value() < 1).min(BY_WORK).orElseThrow();
        return Sentence.plain(
                "The Java kernel is at least as fast as OpenBLAS at %d of %d shapes; the largest of them is "
                                .formatted(javaWins.size(), ratios.size())
                        + largestOfJava.row() + ". The smallest at which OpenBLAS is faster is " + smallestOfBlas.row()
                        + ".");
    }

    private static Block chart(List<ScoreTable.Ratio> ratios) {
        var sorted = ratios.stream().sorted(BY_WORK).toList();
        Predicate<ScoreTable.Ratio> square = ratio -> MatmulProblem.isSquare(ratio.row());
        var series = new ArrayList<Series>();
        series.add(series("squares", sorted.stream().filter(square).toList()));
        series.add(
                series("other shapes", sorted.stream().filter(square.negate()).toList()));
        if (!sorted.isEmpty()) {
            double least = MatmulProblem.flop(sorted.getFirst().row());
            double greatest = MatmulProblem.flop(sorted.getLast().row());
            series.add(StudyFindings.reference("equal", least, 1, greatest, 1));
        }
        return new Chart(
                "The crossover from Java to OpenBLAS",
                "The speed of the Java kernel as a multiple of that of OpenBLAS, by the operations of the product.",
                Axis.logarithmic("floating-point operations, 2 m k n"),
                Axis.of("Java / OpenBLAS"),
                List.of(new Frame("", series)));
    }

    private static Series series(String label, List<ScoreTable.Ratio> ratios) {
        return new Series(
                label,
                Style.POINTS,
                ratios.stream()
                        .mapToDouble(ratio -> MatmulProblem.flop(ratio.row()))
                        .toArray(),
                ratios.stream().mapToDouble(ScoreTable.Ratio::value).toArray());
    }
}
