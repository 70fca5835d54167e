package handgrad.app.sequence;

import handgrad.app.report.NumberText;
import handgrad.app.report.SymbolLabels;
import handgrad.data.Batch;
import handgrad.data.TextDataset;
import handgrad.nn.CausalSelfAttention;
import handgrad.nn.Layer;
import handgrad.page.Block;
import handgrad.page.Block.Image;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Shade;
import handgrad.page.Block.ShadedText;
import handgrad.page.Page.Section;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A network at work on the beginning of dev: what each token cost it, and what its heads looked at.
 *
 * @param labels the tokens as they are shown alone
 */
record TextPictures(Layer network, TextDataset parts, SymbolLabels labels) {
    /** About as many tokens are shaded: a few lines. */
    private static final int SHADED = 256;

    /** As many tokens see each other in a map: more are too small to be seen. */
    private static final int SEEN = 32;

    /** The most layers, or heads, whose maps are drawn. */
    private static final int MAPS = 16;

    /** Which head looks most where, and the mean probability with which it does. */
    private record Look(int layer, int head, double share) {
        String text() {
            return "head %d of layer %d, with a probability of %s".formatted(head, layer, NumberText.percent(share));
        }
    }

    List<Section> sections() {
        network.train(false);
        return List.of(losses(), attention());
    }

    /** The first blocks of dev. */
    private Batch blocks(int count) {
        var batch = parts.dev().emptyBatch(count);
        parts.dev().fill(IntStream.range(0, count).toArray(), batch);
        return batch;
    }

    private Section losses() {
        int block = parts.dev().blockLength();
        int count = Math.clamp(SHADED / block, 1, parts.dev().size());
        var batch = blocks(count);
        int[] targets = batch.y().ints();
        var logits = network.forward(batch.x());
        var logarithms = logits.reshape(targets.length, logits.size(-1)).logSoftmax(1);
        double[] losses = new double[targets.length];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = -logarithms.get(i, targets[i]);
        }
        double uniform = Math.log(labels.size());
        var shades = new ArrayList<Shade>();
        for (int i = 0; i < losses.length; i++) {
            // As a person reads it: an end of line is seen, and there.
            var text = parts.tokenizer().decode(targets[i]).replace("\n", "↵\n");
            var note = "%s: loss %s, probability %s"
                    .formatted(
                            labels.label(targets[i]),
                            NumberText.loss(losses[i]),
                            NumberText.percent(Math.exp(-losses[i])));
            shades.add(new Shade(text, Math.min(1, losses[i] / uniform), note));
        }
        int hardest = IntStream.range(0, losses.length)
                .reduce((a, b) -> losses[b] > losses[a] ? b : a)
                .orElseThrow();
        long certain = Arrays.stream(losses).filter(loss -> loss < Math.log(2)).count();
        var text = String.format(
                Locale.ROOT,
                "The first %,d tokens of dev behind their first one, each after at most %,d others: their mean loss is"
                        + " %s; %s of them had a probability of more than half. The hardest is %s with a loss of %s.",
                losses.length,
                block,
                NumberText.loss(Arrays.stream(losses).average().orElseThrow()),
                NumberText.percent((double) certain / losses.length),
                labels.inSentence(targets[hardest]),
                NumberText.loss(losses[hardest]));
        return new Section(
                "Loss of each token",
                List.of(
                        Sentence.plain(text),
                        Sentence.plain("The darker a token, the higher its loss, up to that of a uniform guess; point"
                                + " at one to read it."),
                        new ShadedText("Loss of each token", text, shades)));
    }

    private Section attention() {
        int seen = Math.min(SEEN, parts.dev().blockLength());
        int[] tokens = Arrays.copyOf(blocks(1).x().ints(), seen);
        network.forward(Tensor.of(tokens, 1, seen));
        var maps = network.parts().layers().values().stream()
                .filter(CausalSelfAttention.class::isInstance)
                .map(layer -> ((CausalSelfAttention) layer).probabilities())
                .toList();
        int layers = Math.min(MAPS, maps.size());
        int heads = Math.min(MAPS, maps.getFirst().size(1));
        var text = "A row of a map is a token that looks, a column one that is looked at, from the first to the last of"
                + " '%s'; the lighter, the more (brightness is the square root of the probability). What comes later is"
                        .formatted(shown(tokens))
                + " black: no token sees it.";
        var blocks = new ArrayList<Block>();
        if (seen > 1) {
            blocks.add(Sentence.plain("Means over the tokens from the second on: the token before is looked at most by "
                    + most(maps, true).text() + "; the first token by "
                    + most(maps, false).text() + "."));
        }
        blocks.add(Sentence.plain(text));
        blocks.add(new Image(
                "Attention: a map for each head, from left to right, of each layer, from top to bottom",
                text,
                layers * (seen + 1) - 1,
                heads * (seen + 1) - 1,
                tiles(maps, layers, heads, seen),
                List.of()));
        return new Section("Attention", blocks);
    }

    private String shown(int[] tokens) {
        return parts.tokenizer().decode(tokens).replace("\n", "↵");
    }

    /** The head that looks most at the token before, or at the first. */
    private static Look most(List<Tensor> maps, boolean before) {
        var best = new Look(0, 0, -1);
        for (int layer = 0; layer < maps.size(); layer++) {
            var map = maps.get(layer);
            for (int head = 0; head < map.size(1); head++) {
                double sum = 0;
                for (int from = 1; from < map.size(2); from++) {
                    sum += map.get(0, head, from, before ? from - 1 : 0);
                }
                double share = sum / (map.size(2) - 1);
                if (share > best.share) {
                    best = new Look(layer, head, share);
                }
            }
        }
        return best;
    }

    /** The maps side by side, with white between them. */
    private static float[] tiles(List<Tensor> maps, int layers, int heads, int seen) {
        int tile = seen + 1;
        int columns = heads * tile - 1;
        float[] values = new float[(layers * tile - 1) * columns];
        Arrays.fill(values, 1);
        for (int layer = 0; layer < layers; layer++) {
            for (int head = 0; head < heads; head++) {
                for (int from = 0; from < seen; from++) {
                    for (int to = 0; to < seen; to++) {
                        double probability = maps.get(layer).get(0, head, from, to);
                        values[(layer * tile + from) * columns + head * tile + to] = (float) Math.sqrt(probability);
                    }
                }
            }
        }
        return values;
    }
}
