package handgrad.app.study.scale;

import handgrad.app.study.Findings;
import handgrad.app.study.Table;
import handgrad.app.study.scale.StepModel.Part;
import handgrad.nn.GptOptions;
import handgrad.page.Block;
import handgrad.page.Block.Axis;
import handgrad.page.Block.Chart;
import handgrad.page.Block.Frame;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Series;
import handgrad.page.Block.Style;
import handgrad.page.Page;
import handgrad.page.Page.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** The page of the study: what was measured, and what is computed from it. */
final class ScalePage {
    static final int MOST_RANKS = 64;

    /** A row for each of the ranks. */
    static final int ROWS = 64;

    /** Below this share of the ideal, ranks are said to be wasted. */
    static final double BOUND = 0.8;

    private static final GptOptions GPT2 = GptOptions.GPT2;

    private final Measured measured;
    private final List<Link> links;

    ScalePage(Measured measured) {
        this.measured = measured;
        links = List.of(measured.link(), Link.INFINIBAND, Link.ETHERNET);
    }

    Page page() {
        return new Page(
                "How far GPT-2 would scale",
                "Computed from what two ranks of one thread measured; no more than two ranks were run",
                false,
                List.of(measuredSection(), computedSection(), partsSection()));
    }

    /** The model beside the measurement it did not see: of two ranks. */
    Table check() {
        var model = measured.model(measured.link());
        var table = new Table("a step over", "measured, ms", "model, ms", "model / measured");
        double alone = measured.compute() + measured.update();
        checkRow(table, "1 rank", alone, model.seconds(Measured.MODEL, Measured.ROWS, 1));
        checkRow(table, "2 ranks", measured.together(), model.seconds(Measured.MODEL, Measured.ROWS, 2));
        return table;
    }

    private static void checkRow(Table table, String name, double seconds, double ofModel) {
        table.add(
                name, number("%.1f", seconds * 1e3), number("%.1f", ofModel * 1e3), number("%.2f", ofModel / seconds));
    }

    Findings findings() {
        var findings = new Findings();
        for (var link : links) {
            var model = measured.model(link);
            var breaks = model.breaks(GPT2, ROWS, BOUND, MOST_RANKS);
            int ranks = breaks.orElse(MOST_RANKS);
            findings.add(
                    "Computed, %s: %s %d ranks, where a step takes %.2f s instead of %.1f s, %.0f %% of the ideal;"
                            + " what breaks first is %s.",
                    link.name(),
                    breaks.isPresent() ? "the first power of two below 80 % of the ideal is" : "up to",
                    ranks,
                    model.seconds(GPT2, ROWS, ranks),
                    model.seconds(GPT2, ROWS, 1),
                    100 * model.efficiency(GPT2, ROWS, ranks),
                    model.largest(GPT2, ROWS, ranks).words());
        }
        return findings;
    }

    private Section measuredSection() {
        var model = measured.model(measured.link());
        var facts = new Table("measured here", "value");
        facts.add("latency of an exchange", number("%.1f µs", measured.link().latency() * 1e6));
        facts.add("bandwidth, each way", number("%.2f GB/s", measured.link().bandwidth() / 1e9));
        facts.add("floating-point operations of a rank", number("%.1f billion a second", model.rate() / 1e9));
        facts.add("update of a parameter by AdamW", number("%.2f ns", model.update() * 1e9));
        return new Section(
                "Measured",
                List.of(
                        Sentence.plain("Two ranks of one thread each exchanged buffers as a sum of gradients does, and"
                                + " trained one block of GPT-2 with 1,000 tokens, 4 rows of 128, in 2 shards: rank 0"
                                + " alone, then both. The model has its rates from the link and from the step of one"
                                + " rank, and has not seen that of two: there it can be wrong."),
                        facts.block("What the model is told"),
                        check().block("The model against the measurement")));
    }

    private Section computedSection() {
        var blocks = new ArrayList<Block>();
        blocks.add(Sentence.plain(number(
                "Computed, not measured: a step of GPT-2 with 124 million parameters on %.0f rows of 1,024 tokens, as"
                        + " many as there are ranks at most, with the rates above at every rank, and three links. Each"
                        + " rank is taken to have a processor, memory and link of its own."
                        + " Every rank holds weights, gradients and both averages of AdamW: 2.0 GB, whatever their"
                        + " number, and what a row takes.",
                ROWS)));
        blocks.addAll(findings().blocks());
        blocks.add(new Chart(
                "Computed: the time of a step",
                "Seconds of a step by the number of ranks, for three links and the ideal.",
                Axis.logarithmic("ranks"),
                Axis.logarithmic("seconds"),
                List.of(new Frame(
                        "",
                        curves(
                                (model, ranks) -> model.seconds(GPT2, ROWS, ranks),
                                ranks -> measured.model(measured.link()).seconds(GPT2, ROWS, 1) / ranks)))));
        blocks.add(new Chart(
                "Computed: the share of the ideal",
                "Percent of the speed that all ranks would have if a step's whole time fell with their number.",
                Axis.logarithmic("ranks"),
                Axis.of("percent"),
                List.of(new Frame(
                        "", curves((model, ranks) -> 100 * model.efficiency(GPT2, ROWS, ranks), _ -> 100 * BOUND)))));
        return new Section("Computed to 64 ranks", blocks);
    }

    private interface OfRanks {
        double value(StepModel model, int ranks);
    }

    private List<Series> curves(OfRanks curve, IntToDoubleFunction reference) {
        var series = new ArrayList<Series>();
        for (var link : links) {
            var model = measured.model(link);
            series.add(series(link.name(), Style.LINE, ranks -> curve.value(model, ranks)));
        }
        series.add(series("to compare with", Style.REFERENCE, reference));
        return series;
    }

    private static int[] ranks() {
        return IntStream.iterate(1, ranks -> ranks <= MOST_RANKS, ranks -> 2 * ranks)
                .toArray();
    }

    private static Series series(String label, Style style, IntToDoubleFunction value) {
        int[] ranks = ranks();
        return new Series(
                label,
                style,
                IntStream.of(ranks).asDoubleStream().toArray(),
                IntStream.of(ranks).mapToDouble(value).toArray());
    }

    private Section partsSection() {
        var blocks = new ArrayList<Block>();
        blocks.add(Sentence.plain("Only the computation falls with the ranks. The sum of gradients tends to twice their"
                + " bytes over the bandwidth, the update stays as it is, and the messages grow with the ranks."));
        for (var link : links) {
            var model = measured.model(link);
            var table = new Table(
                    "ranks", "computation, s", "update, s", "bandwidth, s", "latency, s", "step, s", "of the ideal");
            for (int ranks : ranks()) {
                var parts = model.parts(GPT2, ROWS, ranks);
                table.add(
                        "" + ranks,
                        number("%.2f", Objects.requireNonNull(parts.get(Part.COMPUTE))),
                        number("%.3f", Objects.requireNonNull(parts.get(Part.UPDATE))),
                        number("%.3f", Objects.requireNonNull(parts.get(Part.BANDWIDTH))),
                        number("%.4f", Objects.requireNonNull(parts.get(Part.LATENCY))),
                        number("%.2f", model.seconds(GPT2, ROWS, ranks)),
                        number("%.0f %%", 100 * model.efficiency(GPT2, ROWS, ranks)));
            }
            blocks.add(table.block("Computed, " + link.name()));
        }
        return new Section("What a step is made of", blocks);
    }

    private static String number(String format, double number) {
        return String.format(Locale.ROOT, format, number);
    }
}
