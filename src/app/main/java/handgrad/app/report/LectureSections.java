package handgrad.app.report;

import handgrad.page.Block;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Table;
import handgrad.page.Block.Word;
import handgrad.page.Block.Words;
import handgrad.page.Page.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The losses of a model of the lectures beside those that its lecture prints, and the names that it made. */
final class LectureSections {
    /** The loss of bigrams counted on all names, from makemore part 1. */
    private static final double BIGRAMS = 2.454;

    private LectureSections() {}

    static List<Block> result(Outcome outcome, SymbolLabels symbols) {
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
        blocks.addAll(baselines(outcome, symbols));
        blocks.add(losses(outcome));
        return blocks;
    }

    /** The losses, beside those of the lecture where it has one of these names. */
    private static Table losses(Outcome outcome) {
        return outcome.lecturesNames()
                ? new Table(
                        "Losses",
                        List.of("part", "loss", "lecture", "difference"),
                        outcome.losses().stream().map(LectureSections::row).toList())
                : new Table(
                        "Losses",
                        List.of("part", "loss"),
                        outcome.losses().stream()
                                .map(loss -> List.of(loss.split(), NumberText.loss(loss.loss())))
                                .toList());
    }

    private static List<Block> baselines(Outcome outcome, SymbolLabels symbols) {
        double train = loss(outcome, "train");
        double dev = loss(outcome, "dev");
        if (Double.isNaN(train + dev)) {
            return List.of();
        }
        double uniform = Math.log(symbols.size());
        var bigrams =
                outcome.lecturesNames() ? "counted bigrams have %s, ".formatted(NumberText.fixed(3, BIGRAMS)) : "";
        return List.of(
                Sentence.judged(
                        dev < (outcome.lecturesNames() ? BIGRAMS : uniform),
                        "The loss on dev is %s; %sa uniform guess over %s symbols%s ln %s = %s."
                                .formatted(
                                        NumberText.loss(dev),
                                        bigrams,
                                        NumberText.count(symbols.size()),
                                        outcome.lecturesNames() ? "" : " has",
                                        NumberText.count(symbols.size()),
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

    static List<Section> samples(Outcome outcome) {
        var samples = outcome.samples();
        if (samples.isEmpty()) {
            return List.of();
        }
        var marks = samples.stream().collect(Collectors.groupingBy(SampledName::mark, Collectors.counting()));
        var counts = marks.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> NumberText.count(entry.getValue()) + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        return List.of(new Section(
                "Sampled names",
                List.of(
                        Sentence.plain("Of %s names drawn from the model: %s."
                                .formatted(NumberText.count(samples.size()), counts)),
                        new Words(samples.stream()
                                .map(sample -> new Word(sample.name(), sample.mark()))
                                .toList()))));
    }
}
