package handgrad.app.sweep;

import handgrad.app.report.NumberText;
import handgrad.page.Block;
import handgrad.page.Block.Axis;
import handgrad.page.Block.Chart;
import handgrad.page.Block.Frame;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Series;
import handgrad.page.Block.Style;
import handgrad.page.Block.Table;
import handgrad.page.Page;
import handgrad.page.Page.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The page of a sweep: its groups of seeds, how sure their means are, and which differ. */
final class SweepPage {
    /** As many places as the chart has room for. */
    private static final int MOST_IN_CHART = 26;

    private static final int MOST_ROWS = 500;

    /** Below this corrected p-value a difference is called one. */
    private static final double LEVEL = 0.05;

    /** Of a group in the chart, whose neighbours are 1 away. */
    private static final double HALF_WIDTH = 0.3;

    private SweepPage() {}

    static Page of(SweepResults results) {
        var groups = SweepGroup.of(results);
        var sections = new ArrayList<Section>();
        if (!groups.isEmpty()) {
            sections.add(new Section("Loss", losses(groups)));
            sections.add(new Section("Differences", differences(SweepGroup.pairs(groups))));
        }
        if (results.count(SweepResults.Result::hasFailed) > 0) {
            sections.add(new Section("Failed runs", List.of(failures(results))));
        }
        long done = results.count(SweepResults.Result::isDone);
        long failed = results.count(SweepResults.Result::hasFailed);
        var status = "%s of %s runs are done, %s failed; groups are runs that differ in their seed alone"
                .formatted(
                        NumberText.count(done),
                        NumberText.count(results.results().size()),
                        NumberText.count(failed));
        return new Page("Sweep", status, false, sections);
    }

    private static List<Block> losses(List<SweepGroup> groups) {
        var blocks = new ArrayList<Block>();
        blocks.add(Sentence.plain("The loss is that on dev, or on test for a model without dev. The interval has the"
                + " mean with a confidence of 95 %, by Student's t; it takes two seeds or more."));
        blocks.add(chart(groups.subList(0, Math.min(groups.size(), MOST_IN_CHART))));
        blocks.add(new Table(
                most("Groups, the lowest mean first", groups.size()),
                List.of("", "options", "runs", "mean", "95 % interval", "deviation", "least", "greatest"),
                IntStream.range(0, Math.min(groups.size(), MOST_ROWS))
                        .mapToObj(i -> row(i, groups.get(i)))
                        .toList()));
        return blocks;
    }

    private static String most(String caption, int size) {
        return size > MOST_ROWS
                ? "%s: the first %s of %s".formatted(caption, NumberText.count(MOST_ROWS), NumberText.count(size))
                : caption;
    }

    private static List<String> row(int i, SweepGroup group) {
        var statistics = group.statistics();
        double half = statistics.halfWidth();
        return List.of(
                name(i),
                group.label(),
                NumberText.count(statistics.count()),
                NumberText.loss(statistics.mean()),
                Double.isNaN(half)
                        ? "needs 2 runs"
                        : NumberText.loss(statistics.mean() - half) + " to "
                                + NumberText.loss(statistics.mean() + half),
                NumberText.loss(statistics.deviation()),
                NumberText.loss(group.losses().getFirst()),
                NumberText.loss(group.losses().getLast()));
    }

    /** A letter while they last, then a number. */
    private static String name(int i) {
        return i < MOST_IN_CHART ? String.valueOf((char) ('A' + i)) : Integer.toString(i + 1);
    }

    private static Chart chart(List<SweepGroup> groups) {
        return new Chart(
                "Losses of the groups",
                "Each dot is the loss of one seed, ascending within its group; the lines across a group are its mean"
                        + " and, dashed, the ends of the interval.",
                Axis.ofNames(
                        "group",
                        IntStream.range(0, groups.size())
                                .mapToObj(SweepPage::name)
                                .toList()),
                Axis.of("loss"),
                List.of(new Frame(
                        "",
                        List.of(
                                runs(groups),
                                across("mean", Style.LINE, groups, SampleStatistics::mean),
                                across(
                                        "95 % interval, lower end",
                                        Style.REFERENCE,
                                        groups,
                                        statistics -> statistics.mean() - statistics.halfWidth()),
                                across(
                                        "95 % interval, upper end",
                                        Style.REFERENCE,
                                        groups,
                                        statistics -> statistics.mean() + statistics.halfWidth())))));
    }

    /** The losses of a group beside one another, so that each can be seen. */
    private static Series runs(List<SweepGroup> groups) {
        var x = DoubleStream.builder();
        var y = DoubleStream.builder();
        for (int i = 0; i < groups.size(); i++) {
            var losses = groups.get(i).losses();
            for (int k = 0; k < losses.size(); k++) {
                x.add(i + HALF_WIDTH * ((2 * k + 1.0) / losses.size() - 1));
                y.add(losses.get(k));
            }
        }
        return new Series("run", Style.POINTS, x.build().toArray(), y.build().toArray());
    }

    /** A line across each group. */
    private static Series across(
            String label, Style style, List<SweepGroup> groups, ToDoubleFunction<SampleStatistics> value) {
        var x = DoubleStream.builder();
        var y = DoubleStream.builder();
        for (int i = 0; i < groups.size(); i++) {
            double height = value.applyAsDouble(groups.get(i).statistics());
            // NaN is the gap before the next group.
            x.add(i - HALF_WIDTH).add(i + HALF_WIDTH).add(i + 0.5);
            y.add(height).add(height).add(Double.NaN);
        }
        return new Series(label, style, x.build().toArray(), y.build().toArray());
    }

    private static List<Block> differences(List<SweepGroup.Pair> pairs) {
        if (pairs.isEmpty()) {
            return List.of(Sentence.plain("No two groups can be compared: it takes two seeds or more of each."));
        }
        long sure = pairs.stream().filter(pair -> pair.holm() < LEVEL).count();
        return List.of(
                Sentence.plain(
                        ("By Welch's test, which allows each group a spread of its own, with Holm's correction for all"
                                        + " %s pairs: %s of them differ with a corrected p below %s.")
                                .formatted(
                                        NumberText.count(pairs.size()),
                                        NumberText.count(sure),
                                        NumberText.plain(LEVEL))),
                new Table(
                        most("Pairs, the surest difference first", pairs.size()),
                        List.of("better", "than", "difference", "t", "degrees of freedom", "p", "p by Holm"),
                        pairs.stream().limit(MOST_ROWS).map(SweepPage::row).toList()));
    }

    private static List<String> row(SweepGroup.Pair pair) {
        return List.of(
                pair.a().label(),
                pair.b().label(),
                NumberText.difference(
                        pair.a().statistics().mean() - pair.b().statistics().mean()),
                NumberText.fixed(2, pair.welch().t()),
                NumberText.fixed(1, pair.welch().degrees()),
                NumberText.digits(pair.welch().p()),
                NumberText.digits(pair.holm()));
    }

    private static Table failures(SweepResults results) {
        return new Table(
                "Failed runs",
                List.of("line", "run", "options", "what it said"),
                results.results().stream()
                        .filter(SweepResults.Result::hasFailed)
                        .map(result -> List.of(
                                Long.toString(result.run().line()),
                                result.run().name(),
                                result.run().text(),
                                result.failure() == null ? "" : result.failure()))
                        .toList());
    }
}
