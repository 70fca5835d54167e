package handgrad.app.study.puzzle;

import handgrad.app.report.NumberText;
import handgrad.app.study.Table;
import handgrad.page.Block;
import handgrad.page.Block.Chart;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Series;
import handgrad.page.Block.Style;
import handgrad.page.Page;
import handgrad.page.Page.Section;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The page of the puzzle. */
final class PuzzlePage {
    /** The part of the landscape that is drawn, by the output weight. */
    private static final double MOST_V = 1.5;

    private final PuzzleResults results;
    private final PuzzleFindings findings;

    private PuzzlePage(PuzzleResults results) {
        this.results = results;
        findings = new PuzzleFindings(results);
    }

    static Page of(PuzzleResults results) {
        var page = new PuzzlePage(results);
        return new Page(
                "The NOT puzzle",
                "Tiny networks that are to learn 0 to 1 and 1 to 0: %s seeds of each of %s networks, %s steps each"
                        .formatted(
                                NumberText.count(results.seeds()),
                                NumberText.count(results.runs().size()),
                                NumberText.count(results.steps())),
                false,
                List.of(
                        page.table(),
                        page.why(),
                        page.paths(),
                        page.starts(),
                        page.norms(),
                        page.depths(),
                        page.rates(),
                        page.methods(),
                        page.repeat()));
    }

    private Section table() {
        var blocks = new ArrayList<Block>();
        blocks.add(Sentence.plain(
                "A network fails if the mean squared error of its two answers is still above 0.01 after the"
                        + " last step. Unless a row says otherwise, N units with an activation stand"
                        + " between a linear layer from the"
                        + " one input and a linear layer to the one output, weights and biases are"
                        + " drawn as PyTorch draws them, and"
                        + " each step is one of gradient descent on the squared error of both examples,"
                        + " learning rate 0.1."));
        blocks.addAll(findings.table().blocks());
        blocks.add(knownTable(results).block("Failures: known and measured"));
        blocks.add(Sentence.plain(
                "The definitions that give these rows: PyTorch's start is uniform within ±1/√fanIn for weights"
                        + " and biases of both layers; He's is normal with variance 2/fanIn in both"
                        + " layers, with biases of zero; Xavier's the same with 2/(fanIn + fanOut); RAI"
                        + " is the randomised asymmetric start of Lu, Shin, Su and Karniadakis (2019); a"
                        + " sigmoid on the output stands behind ReLU units; + normalisation is batch"
                        + " normalisation without gain and bias,"
                        + " by the biased variance plus 1e-5. An error of 0.25 is that of the answer ½"
                        + " to both inputs, one of 0.5 that of the answer 0."));
        return new Section("Known failures", blocks);
    }

    /** The known shares beside the measured ones. */
    static Table knownTable(PuzzleResults results) {
        var table = new Table("network", "born dead", "theory", "fails", "interval", "known", "agrees");
        for (var row : PuzzleTable.rows()) {
            var run = results.of(row.puzzle());
            table.add(
                    row.name(),
                    NumberText.percent(run.share(run.bornDead())),
                    NumberText.percent(row.puzzle().bornDead()),
                    NumberText.percent(run.share(run.fails())),
                    interval(run.failsInterval()),
                    NumberText.percent(row.knownFails()),
                    row.agrees(run) ? "yes" : "no");
        }
        return table;
    }

    private static String interval(Interval interval) {
        return String.format(Locale.ROOT, "%.1f–%.1f", 100 * interval.low(), 100 * interval.high());
    }

    private Section why() {
        var heads = new ArrayList<>(List.of("network"));
        Stream.of(PuzzleLabel.values()).map(PuzzleLabel::title).forEach(heads::add);
        heads.addAll(List.of("at 0.25", "at 0.5"));
        var table = new Table(heads.toArray(String[]::new));
        for (var row : PuzzleTable.rows()) {
            var run = results.of(row.puzzle());
            var cells = new ArrayList<>(List.of(row.name()));
            Stream.of(PuzzleLabel.values())
                    .map(label -> NumberText.count(run.count(label)))
                    .forEach(cells::add);
            cells.addAll(List.of(NumberText.count(run.quarter()), NumberText.count(run.half())));
            table.add(cells.toArray(String[]::new));
        }
        var meanings = new Table("label", "what its gradients say", "seeds in all");
        for (var label : PuzzleLabel.values()) {
            meanings.add(
                    label.title(),
                    label.meaning(),
                    NumberText.count(results.labels().getOrDefault(label, 0)));
        }
        // The start of zeros alone is symmetric, all of it.
        var failing = new EnumMap<PuzzleLabel, Integer>(results.labels());
        failing.keySet().removeAll(List.of(PuzzleLabel.LEARNED, PuzzleLabel.SYMMETRIC));
        var most = failing.entrySet().stream().max(Map.Entry.comparingByValue());
        var blocks = new ArrayList<Block>();
        most.ifPresent(entry -> blocks.add(Sentence.plain(
                ("Over all networks of this page whose start is drawn, the most frequent label of failing seeds"
                                + " is %s: %s of %s.")
                        .formatted(
                                entry.getKey().title(),
                                NumberText.count(entry.getValue()),
                                NumberText.count(failing.values().stream()
                                        .mapToInt(Integer::intValue)
                                        .sum())))));
        blocks.add(meanings.block("Labels: the first that fits"));
        blocks.add(table.block("Seeds by label, and by the error at which they ended"));
        return new Section("Why they fail", blocks);
    }

    private Section paths() {
        var blocks = new ArrayList<>(findings.paths().blocks());
        var failing = results.paths().failing();
        var learning = results.paths().learning();
        if (failing.seed() >= 0 && learning.seed() >= 0) {
            var description =
                    ("z is what comes to the unit for the input 1. Seed %d starts at z = %s, v = %s and dies at"
                                    + " v = %s; seed %d starts at z = %s, v = %s and gets to v·z = %s.")
                            .formatted(
                                    failing.seed(),
                                    NumberText.fixed(2, failing.z1()[0]),
                                    NumberText.fixed(2, failing.v()[0]),
                                    NumberText.fixed(2, failing.v()[failing.v().length - 1]),
                                    learning.seed(),
                                    NumberText.fixed(2, learning.z1()[0]),
                                    NumberText.fixed(2, learning.v()[0]),
                                    NumberText.fixed(2, product(learning)));
            blocks.add(Sentence.plain(description));
            blocks.add(landscape(failing, learning, description));
            blocks.add(errors(failing, learning));
        }
        return new Section("How a unit dies", blocks);
    }

    private static double product(PuzzlePaths.Path path) {
        int last = path.v().length - 1;
        return path.z1()[last] * path.v()[last];
    }

    /** Curves of equal error (1 + v z)² / 4, of the branch above the solution, and the two paths. */
    private static Chart landscape(PuzzlePaths.Path failing, PuzzlePaths.Path learning, String description) {
        var series = new ArrayList<Series>();
        series.add(points("seed %d dies".formatted(failing.seed()), failing));
        series.add(points("seed %d learns".formatted(learning.seed()), learning));
        series.add(level("solved: error 0", Style.LINE, 0));
        series.add(level("error 0.1", Style.LINE, 0.1));
        series.add(level("error 0.25, as everywhere left of z = 0", Style.REFERENCE, 0.25));
        series.add(level("error 0.5", Style.LINE, 0.5));
        return Chart.of(
                "Landscape of one unit that sees the input 1",
                description,
                "z for the input 1; dead from 0 down",
                "v, its output weight",
                series);
    }

    private static Series level(String label, Style style, double error) {
        double product = 2 * Math.sqrt(error) - 1;
        double[] z = IntStream.rangeClosed(1, 150).mapToDouble(i -> 0.01 * i).toArray();
        double[] v = DoubleStream.of(z)
                .map(at -> product / at)
                .map(at -> Math.abs(at) > MOST_V ? Double.NaN : at)
                .toArray();
        return new Series(label, style, z, v);
    }

    private static Series points(String label, PuzzlePaths.Path path) {
        int[] order = IntStream.range(0, path.v().length)
                .filter(step -> step < 60 || step % 20 == 0)
                .boxed()
                .sorted(Comparator.comparingDouble(step -> path.z1()[step]))
                .mapToInt(Integer::intValue)
                .toArray();
        return new Series(
                label,
                Style.POINTS,
                IntStream.of(order).mapToDouble(step -> path.z1()[step]).toArray(),
                IntStream.of(order).mapToDouble(step -> path.v()[step]).toArray());
    }

    private static Chart errors(PuzzlePaths.Path failing, PuzzlePaths.Path learning) {
        int steps = Math.min(100, failing.errors().length);
        double[] x = IntStream.range(0, steps).asDoubleStream().toArray();
        return Chart.of(
                "Error of the two seeds",
                "Both fall to 0.25 first; only one goes on.",
                "step",
                "mean squared error",
                List.of(
                        new Series(
                                "seed %d dies".formatted(failing.seed()), Style.LINE, x, head(failing.errors(), steps)),
                        new Series(
                                "seed %d learns".formatted(learning.seed()),
                                Style.LINE,
                                x,
                                head(learning.errors(), steps))));
    }

    private static double[] head(double[] values, int n) {
        return Arrays.copyOf(values, n);
    }

    private Section starts() {
        var grid = PuzzleSweep.starts();
        var blocks = new ArrayList<>(findings.starts().blocks());
        blocks.add(Chart.of(
                "Failures by width",
                "The share that fails, as PyTorch draws it.",
                "N, units of the hidden layer",
                "share that fails",
                Stream.of(Puzzle.Activation.values())
                        .map(activation -> new Series(
                                activation.title(),
                                Style.LINE,
                                new double[] {1, 2, 4, 8},
                                IntStream.of(1, 2, 4, 8)
                                        .mapToDouble(width -> results.fails(Puzzle.of(activation, width)))
                                        .toArray()))
                        .toList()));
        blocks.add(table(grid));
        return new Section(grid.title(), blocks);
    }

    private Section norms() {
        var grid = PuzzleSweep.norms();
        var blocks = new ArrayList<>(findings.norms().blocks());
        blocks.add(table(grid));
        return new Section(grid.title(), blocks);
    }

    private Section depths() {
        var grid = PuzzleSweep.depths();
        var blocks = new ArrayList<>(findings.depths().blocks());
        blocks.add(table(grid));
        var born = new Table(heads(grid));
        for (var row : grid.rows()) {
            if (row.puzzles().stream().anyMatch(puzzle -> results.of(puzzle).bornDead() > 0)) {
                born.add(Stream.concat(
                                Stream.of(row.name()), row.puzzles().stream().map(puzzle -> {
                                    var run = results.of(puzzle);
                                    var measured = NumberText.percent(run.share(run.bornDead()));
                                    return Double.isNaN(puzzle.bornDead())
                                            ? measured
                                            : "%s (%s)".formatted(measured, NumberText.percent(puzzle.bornDead()));
                                }))
                        .toArray(String[]::new));
            }
        }
        blocks.add(born.block("Share born dead, and in brackets by the closed form, where there is one"));
        return new Section(grid.title(), blocks);
    }

    private Section rates() {
        var grid = PuzzleSweep.rates();
        double[] rates = PuzzleSweep.learningRates();
        var blocks = new ArrayList<>(findings.rates().blocks());
        blocks.add(Chart.of(
                "Failures by learning rate",
                "The share that fails, with four units.",
                "log10 of the learning rate",
                "share that fails",
                Stream.of(Puzzle.Activation.values())
                        .map(activation -> new Series(
                                activation.title(),
                                Style.LINE,
                                DoubleStream.of(rates).map(Math::log10).toArray(),
                                DoubleStream.of(rates)
                                        .map(rate -> results.fails(
                                                Puzzle.of(activation, 4).withLr(rate)))
                                        .toArray()))
                        .toList()));
        blocks.add(table(grid));
        return new Section(grid.title(), blocks);
    }

    private Section methods() {
        var grid = PuzzleSweep.methods();
        var blocks = new ArrayList<>(findings.methods().blocks());
        blocks.add(table(grid));
        return new Section(grid.title(), blocks);
    }

    /** The share that fails, with its interval. */
    private Block table(PuzzleSweep.Grid grid) {
        var table = new Table(heads(grid));
        for (var row : grid.rows()) {
            table.add(Stream.concat(
                            Stream.of(row.name()), row.puzzles().stream().map(puzzle -> {
                                var run = results.of(puzzle);
                                return "%s (%s)"
                                        .formatted(
                                                NumberText.percent(run.share(run.fails())),
                                                interval(run.failsInterval()));
                            }))
                    .toArray(String[]::new));
        }
        return table.block("Share that fails, with its 95 % interval in per cent");
    }

    private static String[] heads(PuzzleSweep.Grid grid) {
        return Stream.concat(Stream.of(grid.corner()), grid.columns().stream()).toArray(String[]::new);
    }

    private Section repeat() {
        return new Section(
                "Repeat it",
                List.of(
                        Sentence.plain("The same seeds give the same bits at any number of threads on one machine:"),
                        new Block.Command("./handgrad study not-puzzle --seeds %d --steps %d"
                                .formatted(results.seeds(), results.steps())),
                        Sentence.plain("One seed, step by step with its tensors:"),
                        new Block.Command("./handgrad study not-puzzle --activation relu --width 1 --seed %d --trace"
                                .formatted(Math.max(0, results.paths().failing().seed())))));
    }
}
