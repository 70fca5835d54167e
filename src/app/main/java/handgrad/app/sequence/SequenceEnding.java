package handgrad.app.sequence;

import handgrad.app.report.Ending;
import handgrad.app.report.NumberText;
import handgrad.app.report.SymbolLabels;
import handgrad.page.Block;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Table;
import handgrad.page.Page.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

/**
 * What is known once a training of a model of sequences has ended.
 *
 * @param losses by the name of the part of the data; the last is the one that weights are chosen by
 * @param evaluated of what the losses are
 * @param pictures of the trained network
 */
record SequenceEnding(SequencedMap<String, Double> losses, String evaluated, List<Section> pictures) implements Ending {
    @Override
    public List<Block> result(SymbolLabels symbols) {
        var judge = losses.lastEntry();
        double uniform = Math.log(symbols.size());
        var blocks = new ArrayList<Block>();
        blocks.add(Sentence.judged(
                judge.getValue() < uniform,
                "The loss on %s is %s; a uniform guess over %s symbols has ln %s = %s."
                        .formatted(
                                judge.getKey(),
                                NumberText.loss(judge.getValue()),
                                NumberText.count(symbols.size()),
                                NumberText.count(symbols.size()),
                                NumberText.loss(uniform))));
        var train = losses.get("train");
        if (train != null) {
            double difference = judge.getValue() - train;
            blocks.add(Sentence.plain(
                    "The loss on %s is %s %s the one on train; the gap grows when a model learns its data by heart."
                            .formatted(
                                    judge.getKey(),
                                    NumberText.loss(Math.abs(difference)),
                                    difference < 0 ? "below" : "above")));
        }
        blocks.add(Sentence.plain(evaluated));
        blocks.add(new Table(
                "Losses",
                List.of("part", "loss"),
                losses.entrySet().stream()
                        .map(part -> List.of(part.getKey(), NumberText.loss(part.getValue())))
                        .toList()));
        return blocks;
    }

    @Override
    public List<Section> sections(SymbolLabels symbols) {
        return pictures;
    }
}
