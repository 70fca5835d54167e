package handgrad.app.train;

import handgrad.app.report.NumberText;
import handgrad.app.train.RunTable.Row;
import handgrad.file.PrintableText;
import handgrad.page.Block;
import handgrad.page.Block.Chart;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Series;
import handgrad.page.Block.Style;
import handgrad.page.Block.Table;
import handgrad.page.Page;
import handgrad.page.Page.Section;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The page of runs that are compared: their tables, and the losses of all in one chart, over steps and seconds. */
final class ComparePage {
    /** A curve of the losses of batches has as many points or more, up to twice as many. */
    private static final int POINTS = 100;

    /** From this ratio of the greatest loss to the least on, their logarithms are drawn, as on the page of a run. */
    private static final double WIDE = 4;

    private ComparePage() {}

    static Page of(List<ComparedRun> runs, RunTable table) {
        var sections = new ArrayList<Section>();
        sections.add(new Section("Runs", runs(runs, table)));
        add(
                sections,
                "Loss of the batches",
                "Each curve has the means of losses that stand one after the other, so that it can be told from the"
                        + " others.",
                runs,
                ComparePage::batches);
        var judges = ComparedRun.judges(runs);
        add(
                sections,
                "Loss on " + judges,
                "Each point is the loss on " + judges + "; a run that was not evaluated on the way has the one at its"
                        + " end.",
                runs,
                ComparePage::dev);
        return new Page("handgrad: runs compared", runs.size() + " runs", false, sections);
    }

    private static List<Block> runs(List<ComparedRun> runs, RunTable table) {
        var blocks = new ArrayList<Block>();
        best(runs).ifPresent(blocks::add);
        var texts = table.rows().stream().filter(row -> !row.isNumeric()).toList();
        blocks.add(new Table(
                "Runs",
                Stream.concat(Stream.of("run", "folder"), texts.stream().map(Row::name))
                        .toList(),
                IntStream.range(0, runs.size())
                        .mapToObj(run -> Stream.concat(
                                        Stream.of(
                                                letter(runs.get(run)),
                                                PrintableText.of(
                                                        runs.get(run).path().toString())),
                                        texts.stream()
                                                .map(row -> row.cells().get(run).replace(RunTable.NONE, "")))
                                .toList())
                        .toList()));
        blocks.add(new Table(
                "Side by side",
                Stream.concat(Stream.of("run"), runs.stream().map(ComparePage::letter))
                        .toList(),
                table.rows().stream()
                        .filter(Row::isNumeric)
                        .map(row -> Stream.concat(Stream.of(row.name()), row.cells().stream())
                                .toList())
                        .toList()));
        return blocks;
    }

    private static String letter(ComparedRun run) {
        return String.valueOf(run.letter());
    }

    private static Optional<Block> best(List<ComparedRun> runs) {
        return runs.stream()
                .filter(run -> run.best().isPresent())
                .min(Comparator.comparingDouble(run -> run.best().orElseThrow().loss()))
                .map(run -> {
                    var best = run.best().orElseThrow();
                    return Sentence.plain("%s has the lowest loss on %s: %s after %s steps."
                            .formatted(
                                    label(run),
                                    ComparedRun.judges(runs),
                                    NumberText.loss(best.loss()),
                                    NumberText.count(best.steps())));
                });
    }

    /** A loss and where it stands; NaN for a time that is not known. */
    private record Point(double step, double seconds, double loss) {}

    /** A section with a chart over steps and one over seconds, as far as there are any. */
    private static void add(
            List<Section> sections,
            String title,
            String text,
            List<ComparedRun> runs,
            Function<ComparedRun, List<Point>> points) {
        var blocks = new ArrayList<Block>();
        chart(title + " over steps", text, "step", runs, points, Point::step).ifPresent(blocks::add);
        chart(title + " over seconds", text, "seconds of training", runs, points, Point::seconds)
                .ifPresent(blocks::add);
        if (!blocks.isEmpty()) {
            blocks.addFirst(Sentence.plain(text));
            sections.add(new Section(title, blocks));
        }
    }

    /** One curve for each run, in the colour that it has everywhere; nothing where no run has a point. */
    private static Optional<Block> chart(
            String title,
            String text,
            String xLabel,
            List<ComparedRun> runs,
            Function<ComparedRun, List<Point>> points,
            ToDoubleFunction<Point> x) {
        var curves = runs.stream().map(run -> inOrder(points.apply(run), x)).toList();
        var losses = curves.stream()
                .flatMap(List::stream)
                .mapToDouble(Point::loss)
                .filter(Double::isFinite)
                .summaryStatistics();
        if (losses.getCount() == 0) {
            return Optional.empty();
        }
        boolean logarithmic = losses.getMin() > 0 && losses.getMax() > WIDE * losses.getMin();
        var series = IntStream.range(0, runs.size())
                .mapToObj(run -> series(runs.get(run), curves.get(run), x, logarithmic))
                .toList();
        return Optional.of(Chart.of(title, text, xLabel, logarithmic ? "log10 of the loss" : "loss", series));
    }

    private static List<Point> inOrder(List<Point> points, ToDoubleFunction<Point> x) {
        return points.stream()
                .filter(point -> Double.isFinite(x.applyAsDouble(point)))
                .sorted(Comparator.comparingDouble(x))
                .toList();
    }

    private static Series series(ComparedRun run, List<Point> points, ToDoubleFunction<Point> x, boolean logarithmic) {
        return new Series(
                label(run) + (points.isEmpty() ? " (not known)" : ""),
                points.size() == 1 ? Style.POINTS : Style.LINE,
                points.stream().mapToDouble(x).toArray(),
                points.stream()
                        .mapToDouble(Point::loss)
                        .map(loss -> logarithmic ? Math.log10(loss) : loss)
                        .toArray());
    }

    private static String label(ComparedRun run) {
        return PrintableText.of(run.label());
    }

    private static List<Point> dev(ComparedRun run) {
        return run.devLosses().stream()
                .map(dev -> new Point(dev.steps(), dev.seconds(), dev.loss()))
                .toList();
    }

    /** The losses of the batches: means of their logarithms, so that noise does not hide what differs. */
    private static List<Point> batches(ComparedRun run) {
        var lines = run.metrics().steps();
        int size = Math.max(1, lines.size() / POINTS);
        return IntStream.range(0, Math.ceilDiv(lines.size(), size))
                .mapToObj(bin -> mean(lines.subList(bin * size, Math.min(lines.size(), (bin + 1) * size))))
                .toList();
    }

    private static Point mean(List<MetricsLine.Step> lines) {
        var first = lines.getFirst();
        double log = lines.stream()
                .mapToDouble(line -> Math.log(line.loss()))
                .average()
                .orElseThrow();
        return new Point(first.step(), first.seconds(), Math.exp(log));
    }
}
