package handgrad.app.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.report.SymbolLabels;
import handgrad.data.TextDataset;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Gpt;
import handgrad.nn.GptOptions;
import handgrad.page.Block.Image;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Shade;
import handgrad.page.Block.ShadedText;
import handgrad.random.TorchRandom;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextPicturesTest {
    private static final int BLOCK = 8;

    private final TextDataset parts = TextDataset.of("a rose is a rose is a rose\n".repeat(20), BLOCK);
    private final Gpt network = new Gpt(
            GptOptions.NANO_CPU
                    .withVocabulary(parts.tokenizer().size())
                    .withBlockSize(BLOCK)
                    .withSizes(3, 2, 8),
            TorchRandom.seeded(1));
    private final TextPictures pictures = new TextPictures(network, parts, SymbolLabels.of(parts.tokenizer()));

    @Test
    void each_token_of_the_first_blocks_of_dev_is_shaded_by_its_loss() {
        var blocks = pictures.sections().getFirst().blocks();
        var batch = parts.dev().emptyBatch(parts.dev().size());
        parts.dev().fill(IntStream.range(0, parts.dev().size()).toArray(), batch);
        double mean = new CrossEntropyLoss().forward(network.forward(batch.x()), batch.y());
        assertThat(((Sentence) blocks.getFirst()).text())
                .startsWith(String.format(
                        Locale.ROOT,
                        "The first 48 tokens of dev behind their first one, each after at most 8 others: their mean"
                                + " loss is %.4f; ",
                        mean));
        var shaded = (ShadedText) blocks.getLast();
        assertThat(shaded.parts().stream().map(Shade::text).collect(Collectors.joining()))
                .isEqualTo(parts.tokenizer().decode(batch.y().ints()).replace("\n", "↵\n"));
        assertThat(shaded.parts()).allMatch(part -> part.strength() > 0.8 && part.strength() <= 1);
        assertThat(shaded.parts().getFirst().note()).matches("[a-z␣↵]: loss [0-9.]+, probability [0-9.]+ %");
    }

    @Test
    void a_map_for_each_head_of_each_layer_is_black_above_its_diagonal() {
        var blocks = pictures.sections().getLast().blocks();
        assertThat(((Sentence) blocks.getFirst()).text())
                .matches("Means over the tokens from the second on: the token before is looked at most by head [01] of"
                        + " layer [012], with a probability of [0-9.]+ %; the first token by head [01] of layer [012],"
                        + " with a probability of [0-9.]+ %\\.");
        var image = (Image) blocks.getLast();
        assertThat(image.rows()).isEqualTo(3 * (BLOCK + 1) - 1);
        assertThat(image.columns()).isEqualTo(2 * (BLOCK + 1) - 1);
        for (int layer = 0; layer < 3; layer++) {
            for (int head = 0; head < 2; head++) {
                for (int from = 0; from < BLOCK; from++) {
                    double sum = 0;
                    for (int to = 0; to < BLOCK; to++) {
                        float value = image.values()[
                                (layer * (BLOCK + 1) + from) * image.columns() + head * (BLOCK + 1) + to];
                        assertThat(value > 0).isEqualTo(to <= from);
                        sum += (double) value * value;
                    }
                    assertThat(sum).isBetween(1 - 1e-5, 1 + 1e-5);
                }
            }
        }
    }
}
