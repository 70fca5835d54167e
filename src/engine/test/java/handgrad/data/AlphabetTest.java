package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class AlphabetTest {
    @Test
    void theEndOfANameIsZeroAndLettersFollow() {
        assertThat(".az".chars().map(symbol -> Alphabet.encode((char) symbol))).containsExactly(0, 1, 26);
    }

    @Test
    void decodeUndoesEncode() {
        for (int index = 0; index < Alphabet.SIZE; index++) {
            assertThat(Alphabet.encode(Alphabet.decode(index))).isEqualTo(index);
        }
    }

    @Test
    void refusesStrangers() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Alphabet.encode('E'))
                .withMessage("encode: 'E' is neither '.' nor in a to z");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Alphabet.encode('\t'))
                .withMessage("encode: '\\t' is neither '.' nor in a to z");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Alphabet.decode(27))
                .withMessage("decode: index 27 is outside 0 to 26");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Alphabet.decode(-1))
                .withMessage("decode: index -1 is outside 0 to 26");
    }
}
