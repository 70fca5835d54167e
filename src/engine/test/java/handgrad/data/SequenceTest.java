package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.random.TorchRandom;
import handgrad.tensor.LossFunctions;
import handgrad.tensor.Shape;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class SequenceTest {
    private static final int BLOCK_SIZE = 3;

    private final Dataset data = new Dataset(List.of("emma", "ava", "io"), Alphabet.A_TO_Z, BLOCK_SIZE);

    private static String text(int[] symbols, int from, int to) {
        var text = new StringBuilder();
        Arrays.stream(symbols, from, to).forEach(symbol -> text.append(Alphabet.A_TO_Z.decode(symbol)));
        return text.toString();
    }

    @Test
    void a_crop_predicts_rows_of_the_data_set_and_nothing_else() {
        var rows = new HashSet<String>();
        for (int row = 0; row < data.size(); row++) {
            rows.add(text(data.x().ints(), row * BLOCK_SIZE, (row + 1) * BLOCK_SIZE)
                    + Alphabet.A_TO_Z.decode(data.y().ints()[row]));
        }
        var seen = new TreeMap<String, Integer>();
        var random = TorchRandom.seeded(1);
        var sequence = data.sequence();
        for (int i = 0; i < 200; i++) {
            var batch = sequence.batch(2, 6, random);
            assertThat(batch.x().shape()).isEqualTo(Shape.of(2, 6 + BLOCK_SIZE - 1));
            assertThat(batch.y().shape()).isEqualTo(Shape.of(2 * 6));
            for (int crop = 0; crop < 2; crop++) {
                for (int t = 0; t < 6; t++) {
                    int target = batch.y().ints()[crop * 6 + t];
                    if (target != LossFunctions.IGNORED) {
                        int from = crop * (6 + BLOCK_SIZE - 1) + t;
                        seen.merge(
                                text(batch.x().ints(), from, from + BLOCK_SIZE) + Alphabet.A_TO_Z.decode(target),
                                1,
                                Integer::sum);
                    }
                }
            }
        }
        assertThat(seen.keySet()).isEqualTo(rows);
    }

    @Test
    void the_sequence_is_as_long_as_its_names_and_their_dots() {
        assertThat(data.sequence().size()).isEqualTo(BLOCK_SIZE + 4 + BLOCK_SIZE + 3 + BLOCK_SIZE + 2);
    }

    @Test
    void a_character_outside_the_basic_plane_is_one_symbol() {
        var emoji = new Dataset(List.of("😀a", "😁"), Alphabet.of("😀a😁"), 2).sequence();
        assertThat(emoji.size()).isEqualTo(2 + 2 + 2 + 1);
        var batch = emoji.batch(1, 6, TorchRandom.seeded(1));
        assertThat(Alphabet.of("😀a😁").decode(batch.x().ints())).isEqualTo("..😀a..😁");
        int no = LossFunctions.IGNORED;
        assertThat(batch.y().ints()).containsExactly(2, 1, 0, no, 3, 0);
    }

    @Test
    void a_short_sequence_gives_short_crops() {
        var batch = new Sequence(new int[] {1, 2, 3, 4}, new int[] {2, 3, 4, 5}, 2).batch(1, 64, TorchRandom.seeded(1));
        assertThat(batch.x().ints()).containsExactly(1, 2, 3, 4);
        assertThat(batch.y().ints()).containsExactly(3, 4, 5);
    }

    @Test
    void refuses_what_makes_no_crop() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sequence(new int[3], new int[2], 1))
                .withMessage("Sequence: 3 symbols want as many targets, they are 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sequence(new int[3], new int[3], 4))
                .withMessage("Sequence: the receptive field must be from 1 to the number of symbols, 3, it is 4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> data.sequence().batch(0, 5, TorchRandom.seeded(1)))
                .withMessage("batch: wants at least 1 row of length 1, they are 0 and 5");
    }
}
