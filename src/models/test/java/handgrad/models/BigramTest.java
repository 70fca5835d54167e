package handgrad.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.data.Names;
import handgrad.nn.CrossEntropyLoss;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import handgrad.testing.LectureNames;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Part 1 in the numbers of its notebook, makemore_part1_bigrams.ipynb of karpathy/nn-zero-to-hero. */
class BigramTest {
    private static final long SEED = 2147483647L;
    private static final Tensor EMMA = Tensor.of(new int[] {0, 5, 13, 13, 1}, 5, 1);
    private static final Tensor AFTER_EMMA = Tensor.of(new int[] {5, 13, 13, 1, 0}, 5);

    @Test
    void the_untrained_network_has_the_notebooks_loss_on_emma() {
        var model = LectureModel.BIGRAM;
        var network = model.build(model.defaults().sizes(), TorchRandom.seeded(SEED));
        assertThat(new CrossEntropyLoss().forward(network.forward(EMMA), AFTER_EMMA))
                .isCloseTo(3.7693049907684326, within(1e-6));
    }

    /** What the notebook does instead of looking a row up. */
    @Test
    void a_row_of_the_table_is_the_product_with_a_one_hot_character() {
        var model = LectureModel.BIGRAM;
        var network = model.build(model.defaults().sizes(), TorchRandom.seeded(SEED));
        var table = Tensor.randn(TorchRandom.seeded(SEED), 27, 27);
        assertThat(network.forward(EMMA)).isEqualTo(EMMA.reshape(5).oneHot(27).matmul(table));
    }

    @Test
    void counts_of_the_lectures_names() throws IOException {
        var counts = Counts.of(Names.read(LectureNames.file()).dataset(1));
        assertThat(counts.rows()).isEqualTo(228_146);
        // The pairs that the notebook finds most often: n., a., an, .a, e.
        assertThat(counts.counts().get(14, 0)).isEqualTo(6763);
        assertThat(counts.counts().get(1, 0)).isEqualTo(6640);
        assertThat(counts.counts().get(1, 14)).isEqualTo(5438);
        assertThat(counts.counts().get(0, 1)).isEqualTo(4410);
        assertThat(counts.counts().get(5, 0)).isEqualTo(3983);
        assertThat(counts.loss(counts.logProbabilities(0))).isCloseTo(2.4540145, within(1e-7));
        assertThat(counts.loss(counts.logProbabilities(1))).isCloseTo(2.4545768, within(1e-7));
    }

    /** The lecture's loop adds 228,146 float32 logarithms one by one; PyTorch prints 559951.5625 for their sum. */
    @Test
    void the_lectures_sum_in_float32() throws IOException {
        var data = Names.read(LectureNames.file()).dataset(1);
        var model = LectureModel.BIGRAM_COUNTED;
        var table = model.build(model.defaults().sizes(), TorchRandom.seeded(SEED));
        model.finish(table, data);
        var logProbabilities = table.parameters().getFirst().value();
        float sum = 0;
        for (int i = 0; i < data.size(); i++) {
            sum += (float) logProbabilities.get(data.x().ints()[i], data.y().ints()[i]);
        }
        assertThat(-sum).isCloseTo(559951.56f, within(2f));
        assertThat(-sum / data.size()).isCloseTo(2.4543562f, within(1e-5f));
    }

    @Test
    void contexts_of_two_characters_are_numbers_to_the_base_27() throws IOException {
        var counts = Counts.of(Names.read(LectureNames.file()).dataset(2));
        assertThat(counts.counts().size(0)).isEqualTo(729);
        assertThat(counts.counts().sum().item()).isEqualTo(228_146);
        // ". ." then a: the names that begin with a; ". a" then n: those that begin with an.
        assertThat(counts.counts().get(0, 1)).isEqualTo(4410);
        assertThat((int) counts.counts().get(1, 14)).isEqualTo((int) Names.read(LectureNames.file()).words().stream()
                .filter(word -> word.startsWith("an"))
                .count());
    }
}
