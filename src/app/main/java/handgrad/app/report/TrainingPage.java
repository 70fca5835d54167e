package handgrad.app.report;

import handgrad.data.Alphabet;
import handgrad.diagnostics.LossCurve;
import handgrad.page.Block;
import handgrad.page.Block.Chart;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Series;
import handgrad.page.Block.Style;
import handgrad.page.Block.Table;
import handgrad.page.Block.Verdict;
import handgrad.page.Block.Word;
import handgrad.page.Block.Words;
import handgrad.page.Page;
import handgrad.page.Page.Section;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The page of a training: every picture stands below a sentence that says what its numbers mean. */
public final class TrainingPage {
    /** The loss of bigrams counted on all names, from makemore part 1. */
    private static final double BIGRAMS = 2.454;

    /** How many times the loss of a uniform guess the first loss may be. */
    private static final double CALM_START = 1.5;

    private TrainingPage() {}

    /** The page as things stand; live while the outcome is not known. */
    public static Page of(ReportData data) {
        var sections = new ArrayList<Section>();
        add(sections, "Result", result(data));
        add(sections, "Advice", advice(data));
        add(sections, "Loss", loss(data));
        sections.addAll(LayerSections.of(data.recording(), data.alphabet()));
        var outcome = data.outcome();
        if (outcome != null) {
            sections.addAll(ModelSections.of(outcome, data.alphabet()));
        }
        add(sections, "Sampled names", samples(data));
        add(sections, "Repeat it", repeat(data));
        return new Page("handgrad: " + data.model(), status(data), outcome == null, sections);
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
        return data.outcome() == null
                ? "%s: step %s of %s, %s"
                        .formatted(data.lecture(), NumberText.count(done), NumberText.count(data.steps()), time)
                : "%s: %s steps in %s".formatted(data.lecture(), NumberText.count(done), time);
    }

    private static List<Block> result(ReportData data) {
        var outcome = data.outcome();
        if (outcome == null) {
            return List.of(Sentence.plain("The losses on train, dev and test come after the last step."));
        }
        var blocks = new ArrayList<Block>();
        for (var loss : outcome.losses()) {
            if (outcome.comparable() && loss.published().isPresent()) {
                double difference = loss.loss() - loss.published().getAsDouble();
                blocks.add(Sentence.judged(
                        Math.abs(difference) <= outcome.tolerance(),
                        "The loss on %s is %s, the lecture's is %s: a difference of %s; up to %s is agreement."
                                .formatted(
                                        loss.split(),
                                        NumberText.loss(loss.loss()),
                                        NumberText.loss(loss.published().getAsDouble()),
                                        NumberText.difference(difference),
                                        NumberText.plain(outcome.tolerance()))));
            }
        }
        if (!outcome.lecturesNames()) {
            blocks.add(Sentence.plain("No lecture has these names, so there is no loss of its to compare with."));
        } else if (!outcome.comparable()) {
            blocks.add(Sentence.plain("The lecture's losses, where it has them, are of its own options and data."));
        }
        blocks.addAll(baselines(outcome, data.alphabet()));
        blocks.add(losses(outcome));
        return blocks;
    }

    /** The losses, beside those of the lecture where it has one of these names. */
    private static Table losses(Outcome outcome) {
        return outcome.lecturesNames()
                ? new Table(
                        "Losses",
                        List.of("part", "loss", "lecture", "difference"),
                        outcome.losses().stream().map(TrainingPage::row).toList())
                : new Table(
                        "Losses",
                        List.of("part", "loss"),
                        outcome.losses().stream()
                                .map(loss -> List.of(loss.split(), NumberText.loss(loss.loss())))
                                .toList());
    }

    private static List<Block> baselines(Outcome outcome, Alphabet alphabet) {
        double train = loss(outcome, "train");
        double dev = loss(outcome, "dev");
        if (Double.isNaN(train + dev)) {
            return List.of();
        }
        double uniform = Math.log(alphabet.size());
        var bigrams =
                outcome.lecturesNames() ? "counted bigrams have %s, ".formatted(NumberText.fixed(3, BIGRAMS)) : "";
        return List.of(
                Sentence.judged(
                        dev < (outcome.lecturesNames() ? BIGRAMS : uniform),
                        "The loss on dev is %s; %sa uniform guess over %s symbols%s ln %s = %s."
                                .formatted(
                                        NumberText.loss(dev),
                                        bigrams,
                                        NumberText.count(alphabet.size()),
                                        outcome.lecturesNames() ? "" : " has",
                                        NumberText.count(alphabet.size()),
                                        NumberText.loss(uniform))),
                Sentence.plain(
                        "The loss on dev is %s %s the one on train; the gap grows when a model learns names by heart."
                                .formatted(NumberText.loss(Math.abs(dev - train)), dev < train ? "below" : "above")));
    }

    private static double loss(Outcome outcome, String split) {
        return outcome.losses().stream()
                .filter(loss -> loss.split().equals(split))
                .mapToDouble(Outcome.SplitLoss::loss)
                .findFirst()
                .orElse(Double.NaN);
    }

    private static List<String> row(Outcome.SplitLoss loss) {
        OptionalDouble published = loss.published();
        return List.of(
                loss.split(),
                NumberText.loss(loss.loss()),
                NumberText.loss(published.orElse(Double.NaN)),
                NumberText.difference(loss.loss() - published.orElse(Double.NaN)));
    }

    private static List<Block> advice(ReportData data) {
        var advice = data.recording().advice();
        if (advice.isEmpty()) {
            var soFar = data.outcome() == null ? " so far" : "";
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
        double uniform = Math.log(data.alphabet().size());
        boolean calm = losses[0] <= CALM_START * uniform;
        blocks.add(Sentence.judged(
                calm,
                "The first loss is %s; a uniform guess has ln %s = %s. %s"
                        .formatted(
                                NumberText.loss(losses[0]),
                                NumberText.count(data.alphabet().size()),
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
            var fall = "The loss of the batches%s %s from %s to %s; the curve is log10 of it, as in the lecture."
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
            var rate = rates[0] == rates[averages - 1]
                    ? "The learning rate is %s throughout.".formatted(NumberText.plain(rates[0]))
                    : "The learning rate goes from %s to %s: large steps first, small ones to settle."
                            .formatted(NumberText.plain(rates[0]), NumberText.plain(rates[averages - 1]));
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

    private static List<Block> samples(ReportData data) {
        var outcome = data.outcome();
        if (outcome == null || outcome.samples().isEmpty()) {
            return List.of();
        }
        var samples = outcome.samples();
        var marks = samples.stream().collect(Collectors.groupingBy(SampledName::mark, Collectors.counting()));
        var counts = marks.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> NumberText.count(entry.getValue()) + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        return List.of(
                Sentence.plain(
                        "Of %s names drawn from the model: %s.".formatted(NumberText.count(samples.size()), counts)),
                new Words(samples.stream()
                        .map(sample -> new Word(sample.name(), sample.mark()))
                        .toList()));
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
