package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.tensor.LossFunctions;
import handgrad.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class WordDatasetTest {
    private static final int NONE = LossFunctions.IGNORED;

    private final WordDataset data = new WordDataset(List.of("emma", "io"), Alphabet.A_TO_Z, 6);

    @Test
    void a_word_is_a_row_that_predicts_its_characters_and_its_end() {
        assertThat(data.words()).containsExactly("emma", "io");
        assertThat(data.blockSize()).isEqualTo(6);
        assertThat(data.x()).isEqualTo(Tensor.of(new int[] {0, 5, 13, 13, 1, 0, 0, 9, 15, 0, 0, 0}, 2, 6));
        assertThat(data.y()).isEqualTo(Tensor.of(new int[] {5, 13, 13, 1, 0, NONE, 9, 15, 0, NONE, NONE, NONE}, 2, 6));
    }

    @Test
    void a_batch_has_the_rows_in_the_order_asked_for() {
        var batch = data.emptyBatch(3);
        data.fill(new int[] {1, 0, 1}, batch);
        assertThat(batch.x().narrow(0, 0, 1)).isEqualTo(data.x().narrow(0, 1, 1));
        assertThat(batch.x().narrow(0, 1, 2)).isEqualTo(data.x());
        assertThat(batch.y().narrow(0, 1, 2)).isEqualTo(data.y());
    }

    /** A letter outside the first 65,536 code points is one character. */
    @Test
    void the_block_is_one_longer_than_the_longest_word() {
        assertThat(WordDataset.blockSize(List.of("ava", "emma", ""))).isEqualTo(5);
        assertThat(WordDataset.blockSize(List.of("a\uD835\uDC00"))).isEqualTo(3);
        assertThat(new WordDataset(List.of("emma"), Alphabet.A_TO_Z, 5).y().get(0, 4))
                .isZero();
    }

    @Test
    void a_word_that_does_not_fit_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WordDataset(List.of("ava", "emma"), Alphabet.A_TO_Z, 4))
                .withMessage("WordDataset: a word of 4 characters and the symbol of its end do not fit into a block of"
                        + " 4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WordDataset(List.of("zoë"), Alphabet.A_TO_Z, 6))
                .withMessageContaining("'ë' is neither");
    }
}
