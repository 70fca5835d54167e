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
import java.util.stream.DoubleStream;

/** Every kernel under the roof that this machine sets it. */
final class RooflineStudy implements Study {
    private static final String PEAK = "peak";
    private static final String COPY = "copy";
    private static final String SPEED = "GFLOP/s";
    private static final String INTENSITY = "FLOP a byte";
    private static final String BANDWIDTH = "GB/s";
    private static final String SIZE = "KB touched";

    /** Memory to copy within where no cache holds it, in KB; it has to fit into the heap. */
    private static final int IN_MEMORY = 256 * 1024;

    /** A place of the memory: bandwidth in GB/s, for what touches up to so many KB. */
    private record Level(String name, double kilobytes, double bandwidth) {}

    /** A kernel on the chart. */
    private record Point(char letter, String name, double intensity, double speed, double roof) {}

    @Override
    public String title() {
        return "roofline";
    }

    @Override
    public String question() {
        return "How close is each kernel to what this machine can do at all?";
    }

    @Override
    public String method() {
        return "The peak is measured by fused multiply-adds in registers, the bandwidth by copies in each level of the "
                + "memory, in the same run as the kernels, on one thread. The roof over a kernel is the lesser of the "
                + "peak and of its operations a byte times the bandwidth of the level that holds its arrays. The "
                + "kernels' results are compared with float64.";
    }

    @Override
    public String unit() {
        return "kernel or copy";
    }

    @Override
    public List<BenchmarkGroup> groups(Effort effort) {
        // Half of each cache, so that nothing else that is in it pushes the copy out.
        var sizes = new ArrayList<>(MachineFacts.cacheKilobytes().stream()
                .map(kilobytes -> Integer.toString(kilobytes / 2))
                .toList());
        sizes.add(Integer.toString(IN_MEMORY));
        return List.of(
                BenchmarkGroup.of(Map.of("kilobytes", sizes), List.of(RoofBenchmark.class, KernelBenchmark.class)));
    }

    @Override
    public Score score(BenchmarkResult result) {
        return switch (result.method()) {
            case PEAK -> result.score(PEAK, SPEED, micros -> RoofBenchmark.peakFlop() / 1e3 / micros);
            case COPY -> {
                double kilobytes = Double.parseDouble(result.parameter("kilobytes"));
                yield result.score(row(kilobytes), BANDWIDTH, micros -> kilobytes * 1.024 / micros);
            }
            default -> {
                double flop = work(result).flop();
                yield result.score(row(result), SPEED, micros -> flop / 1e3 / micros);
            }
        };
    }

    private static KernelWork work(BenchmarkResult result) {
        return KernelWork.of(result.method(), KernelOperands.Size.valueOf(result.parameter("size")));
    }

    private static String row(double kilobytes) {
        return COPY + " within %.0f KB".formatted(kilobytes);
    }

    private static String row(BenchmarkResult result) {
        return result.method() + (result.parameter("size").equals("LARGE") ? ", large" : ", lecture");
    }

    /** Beside what was measured stands what it means: operations for a byte and the memory touched. */
    @Override
    public List<Score> measure(Effort effort, StudyProgress progress, List<String> notes) {
        var scores = new ArrayList<Score>();
        for (var result : groups(effort).getFirst().run(effort, progress)) {
            scores.add(score(result));
            switch (result.method()) {
                case PEAK -> {}
                case COPY -> {
                    double kilobytes = Double.parseDouble(result.parameter("kilobytes"));
                    scores.add(Score.of(row(kilobytes), SIZE, kilobytes));
                }
                default -> {
                    var work = work(result);
                    scores.add(Score.of(row(result), INTENSITY, work.intensity()));
                    scores.add(Score.of(row(result), SIZE, work.bytes() / 1024));
                }
            }
        }
        return scores;
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        double peak = table.value(PEAK, SPEED);
        var levels = levels(table);
        var points = points(table, peak, levels);
        var blocks = new ArrayList<Block>();
        blocks.add(Sentence.plain("The peak of one thread is %s GFLOP/s.".formatted(StudyFindings.number(peak))));
        levels.forEach(level -> blocks.add(Sentence.plain("A copy in %s gets %s GB/s, read and written."
                .formatted(level.name, StudyFindings.number(level.bandwidth)))));
        points.stream()
                .min(Comparator.comparingDouble(point -> point.speed / point.roof))
                .ifPresent(point -> blocks.add(Sentence.plain("Farthest from its roof is %s, at %s of it."
                        .formatted(point.name, percent(point.speed / point.roof)))));
        blocks.add(chart(peak, levels, points));
        blocks.add(new Block.Table(
                "The kernels of the chart",
                List.of("kernel", "letter", INTENSITY, SPEED, "of its roof", "of the peak"),
                points.stream()
                        .map(point -> List.of(
                                point.name,
                                Character.toString(point.letter),
                                StudyFindings.number(point.intensity),
                                StudyFindings.number(point.speed),
                                percent(point.speed / point.roof),
                                percent(point.speed / peak)))
                        .toList()));
        return blocks;
    }

    private static String percent(double share) {
        return "%.0f %%".formatted(100 * share);
    }

    /** From the fastest to the slowest; the copies in caches were of half their size. */
    private static List<Level> levels(ScoreTable table) {
        var copies = table.rows().stream()
                .filter(row -> row.startsWith(COPY))
                .sorted(Comparator.comparingDouble(row -> table.value(row, SIZE)))
                .toList();
        var levels = new ArrayList<Level>();
        for (var row : copies) {
            boolean last = levels.size() == copies.size() - 1;
            levels.add(new Level(
                    last ? "memory" : "L" + (levels.size() + 1),
                    last ? Double.POSITIVE_INFINITY : 2 * table.value(row, SIZE),
                    table.value(row, BANDWIDTH)));
        }
        return levels;
    }

    private static List<Point> points(ScoreTable table, double peak, List<Level> levels) {
        var points = new ArrayList<Point>();
        char small = 'a';
        char large = 'A';
        for (var row : table.rows()) {
            double intensity = table.value(row, INTENSITY);
            if (Double.isNaN(intensity)) {
                continue;
            }
            double kilobytes = table.value(row, SIZE);
            double bandwidth = levels.stream()
                    .filter(level -> kilobytes <= level.kilobytes)
                    .mapToDouble(Level::bandwidth)
                    .findFirst()
                    .orElse(Double.NaN);
            char letter = row.endsWith("large") ? large++ : small++;
            points.add(
                    new Point(letter, row, intensity, table.value(row, SPEED), Math.min(peak, intensity * bandwidth)));
        }
        return points;
    }

    private static Block chart(double peak, List<Level> levels, List<Point> points) {
        double least = points.stream().mapToDouble(Point::intensity).min().orElse(0.1) / 2;
        double greatest = points.stream().mapToDouble(Point::intensity).max().orElse(10) * 2;
        var series = new ArrayList<Series>();
        for (var level : levels) {
            double[] x = DoubleStream.of(least, peak / level.bandwidth, greatest)
                    .filter(intensity -> intensity >= least && intensity <= greatest)
                    .toArray();
            double[] y = DoubleStream.of(x)
                    .map(intensity -> Math.min(peak, intensity * level.bandwidth))
                    .toArray();
            series.add(new Series("roof in " + level.name, Style.LINE, x, y));
        }
        series.add(letters(
                "lecture",
                points.stream()
                        .filter(point -> Character.isLowerCase(point.letter))
                        .toList()));
        series.add(letters(
                "large",
                points.stream()
                        .filter(point -> Character.isUpperCase(point.letter))
                        .toList()));
        return new Chart(
                "Roofline",
                "GFLOP/s of each kernel by its operations a byte, under the roofs of the peak and of each level of the "
                        + "memory; small letters are at the lectures' size, capitals over large arrays.",
                Axis.logarithmic("operations a byte"),
                Axis.logarithmic(SPEED),
                List.of(new Frame("", series)));
    }

    private static Series letters(String label, List<Point> points) {
        var sorted = points.stream()
                .sorted(Comparator.comparingDouble(Point::intensity))
                .toList();
        return new Series(
                label,
                Style.LETTERS,
                sorted.stream().mapToDouble(Point::intensity).toArray(),
                sorted.stream().mapToDouble(Point::speed).toArray(),
                sorted.stream().map(point -> String.valueOf(point.letter)).toList());
    }
}
