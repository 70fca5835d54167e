package handgrad.app.report;

import handgrad.diagnostics.LossCurve;
import handgrad.page.Block;
import handgrad.page.Block.Chart;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Series;
import handgrad.page.Block.Style;
import handgrad.page.Block.Table;
import handgrad.page.Block.Verdict;
import handgrad.page.Page;
import handgrad.page.Page.Section;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The page of a training: every picture stands below a sentence that says what its numbers mean. */
public final class TrainingPage {
    /** How many times the loss of a uniform guess the first loss may be. */
    private static final double CALM_START = 1.5;

    private TrainingPage() {}

    /** The page as things stand; live until it has ended. */
    public static Page of(ReportData data) {
        var sections = new ArrayList<Section>();
        add(sections, "Result", result(data));
        add(sections, "Advice", advice(data));
        add(sections, "Loss", loss(data));
        sections.addAll(LayerSections.of(data.recording(), data.symbols()));
        var ending = data.ending();
        if (ending != null) {
            sections.addAll(ending.sections(data.symbols()));
        }
        add(sections, "Repeat it", repeat(data));
        return new Page("handgrad: " + data.model(), status(data), ending == null, sections);
    }

    private static void add(List<Section> sections, String title, List<Block> blocks) {
        if (!blocks.isEmpty()) {
            sections.add(new Section(title, blocks));
        }
    }

    private static String status(ReportData data) {
        int done = data.recording().losses().length;
        var time = "%s s, %s ms a step"
                .formatted(
                        NumberText.fixed(1, data.seconds()),
                        NumberText.digits(done == 0 ? Double.NaN : 1000 * data.seconds() / done));
        return data.ending() == null
                ? "%s: step %s of %s, %s"
                        .formatted(data.lecture(), NumberText.count(done), NumberText.count(data.steps()), time)
                : "%s: %s steps in %s".formatted(data.lecture(), NumberText.count(done), time);
    }

    private static List<Block> result(ReportData data) {
        var ending = data.ending();
        return ending == null
                ? List.of(Sentence.plain("The losses on whole parts of the data come after the last step."))
                : ending.result(data.symbols());
    }

    private static List<Block> advice(ReportData data) {
        var advice = data.recording().advice();
        if (advice.isEmpty()) {
            var soFar = data.ending() == null ? " so far" : "";
            return List.of(new Sentence(
                    Verdict.GOOD,
                    "The doctor for models has seen none of the faults that it knows%s.".formatted(soFar)));
        }
        return advice.stream()
                .<Block>map(line ->
                        new Sentence(Verdict.BAD, "Step %s: %s".formatted(NumberText.count(line.step()), line.text())))
                .toList();
    }

    private static List<Block> loss(ReportData data) {
        float[] losses = data.recording().losses();
        if (losses.length == 0) {
            return List.of();
        }
        var blocks = new ArrayList<Block>();
        double uniform = Math.log(data.symbols().size());
        boolean calm = losses[0] <= CALM_START * uniform;
        blocks.add(Sentence.judged(
                calm,
                "The first loss is %s; a uniform guess has ln %s = %s. %s"
                        .formatted(
                                NumberText.loss(losses[0]),
                                NumberText.count(data.symbols().size()),
                                NumberText.loss(uniform),
                                calm
                                        ? "The model starts without being confidently wrong."
                                        : "The model starts confidently wrong: make the last layer's"
                                                + " weights smaller.")));
        var curve = LossCurve.of(losses);
        int size = curve.binSize();
        double[] log10 = curve.log10();
        int averages = log10.length;
        double[] steps =
                IntStream.range(0, averages).mapToDouble(bin -> bin * size).toArray();
        double[] rates = Arrays.stream(steps)
                .map(step -> data.learningRate().applyAsDouble((int) step))
                .toArray();
        if (averages >= 2) {
            var mean = size == 1 ? "" : " (means of %s steps)".formatted(NumberText.count(size));
            boolean fell = log10[averages - 1] < log10[0];
            var fall = "The loss of the batches%s %s from %s to %s; the curve is log10 of it."
                    .formatted(
                            mean,
                            fell ? "fell" : "rose",
                            NumberText.loss(Math.pow(10, log10[0])),
                            NumberText.loss(Math.pow(10, log10[averages - 1])));
            blocks.add(Sentence.judged(fell, fall));
            blocks.add(Chart.of(
                    "Loss of the batches" + mean,
                    fall,
                    "step",
                    "log10 of the loss",
                    List.of(new Series("log10 of the loss", Style.LINE, steps, log10))));
            var rate = sentence(rates);
            blocks.add(Sentence.plain(rate));
            blocks.add(Chart.of(
                    "Learning rate",
                    rate,
                    "step",
                    "learning rate",
                    List.of(new Series("learning rate", Style.LINE, steps, rates))));
        }
        return blocks;
    }

    /** Says how the learning rate goes; some begin by growing. */
    private static String sentence(double[] rates) {
        double first = rates[0];
        double last = rates[rates.length - 1];
        double highest = Arrays.stream(rates).max().orElseThrow();
        if (highest > first) {
            var fall = highest > last ? " and goes down to %s".formatted(NumberText.plain(last)) : "";
            return "The learning rate grows from %s to %s%s: a careful start, large steps, small ones to settle."
                    .formatted(NumberText.plain(first), NumberText.plain(highest), fall);
        }
        return first == last
                ? "The learning rate is %s throughout.".formatted(NumberText.plain(first))
                : "The learning rate goes from %s to %s: large steps first, small ones to settle."
                        .formatted(NumberText.plain(first), NumberText.plain(last));
    }

    private static List<Block> repeat(ReportData data) {
        return List.of(
                Sentence.plain("This command gives the same bits again on the same machine:"),
                new Block.Command(data.command()),
                table("Model and data", data.facts()),
                table("Options", data.options()),
                table("Machine", data.machine()));
    }

    private static Table table(String caption, List<ReportData.Fact> facts) {
        return new Table(
                caption,
                List.of("", ""),
                facts.stream().map(fact -> List.of(fact.name(), fact.value())).toList());
    }
}
