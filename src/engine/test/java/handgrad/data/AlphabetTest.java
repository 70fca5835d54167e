package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("no-kernel")
class AlphabetTest {
    @Test
    void theEndOfANameIsZeroAndLettersFollow() {
        assertThat(Alphabet.A_TO_Z.encode(".az")).containsExactly(0, 1, 26);
        assertThat(Alphabet.A_TO_Z.size()).isEqualTo(27);
        assertThat(Alphabet.A_TO_Z.characters()).isEqualTo("abcdefghijklmnopqrstuvwxyz");
    }

    @Test
    void charactersStandInTheOrderOfTheirCodePoints() {
        assertThat(Alphabet.of("zoë d'Ara-7 😀zz").characters()).isEqualTo(" '-7Aadorzë😀");
        assertThat(Alphabet.ofNames(List.of("ba", "ac", "")).characters()).isEqualTo("abc");
    }

    @Test
    void aCharacterIsACodePointAndNoHalfOfOne() {
        var alphabet = Alphabet.of("😀😁"); // whose first halves are the same
        assertThat(alphabet.size()).isEqualTo(3);
        assertThat(alphabet.encode("😁😀")).containsExactly(2, 1);
        assertThat(alphabet.decode(2, 1, 0)).isEqualTo("😁😀.");
        assertThat(alphabet.contains(0x1F600)).isTrue();
        assertThat(alphabet.contains(0xD83D)).isFalse();
    }

    /** Random texts of random characters of the whole of Unicode. */
    @Test
    void decodesWhatItEncodes() {
        for (int seed = 0; seed < 300; seed++) {
            var random = new SplittableRandom(seed);
            int[] characters = random.ints(1 + random.nextInt(200), 0, Character.MAX_CODE_POINT + 1)
                    .filter(Alphabet::isCharacter)
                    .toArray();
            if (characters.length == 0) {
                continue;
            }
            var text = new String(characters, 0, characters.length);
            var alphabet = Alphabet.of(text);
            assertThat(alphabet.decode(alphabet.encode(text)))
                    .as("seed %d", seed)
                    .isEqualTo(text);
            assertThat(alphabet.size())
                    .as("seed %d", seed)
                    .isEqualTo(1 + (int) IntStream.of(characters).distinct().count());
            int[] all = IntStream.range(0, alphabet.size()).toArray();
            assertThat(alphabet.encode(alphabet.decode(all)))
                    .as("seed %d", seed)
                    .isEqualTo(all);
            assertThat(alphabet.characters().codePoints()).as("seed %d", seed).isSorted();
            assertThat(Alphabet.of(alphabet.characters()))
                    .as("seed %d", seed)
                    .isEqualTo(alphabet)
                    .hasSameHashCodeAs(alphabet);
        }
    }

    @Test
    void isEqualToOneOfTheSameCharactersAlone() {
        assertThat(Alphabet.of("abc")).isEqualTo(Alphabet.of("cabba")).isNotEqualTo(Alphabet.of("abd"));
        assertThat(Alphabet.of("abc")).isNotEqualTo("abc").hasToString("the 3 characters abc");
    }

    @Test
    void refusesWhatIsNotInIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Alphabet.A_TO_Z.encode('E'))
                .withMessage("encode: 'E' is neither '.' nor one of the 26 characters abcdefghijklmnopqrstuvwxyz");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Alphabet.of("a").encode("a\t"))
                .withMessage("encode: U+0009 (CHARACTER TABULATION) is neither '.' nor one of the 1 characters a");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Alphabet.of("a").encode(-1))
                .withMessage("encode: U+FFFFFFFF is neither '.' nor one of the 1 characters a");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Alphabet.A_TO_Z.decode(27))
                .withMessage("decode: index 27 is outside 0 to 26");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Alphabet.A_TO_Z.decode(1, -1))
                .withMessage("decode: index -1 is outside 0 to 26");
    }

    /** A joiner and a non-joiner are letters of their scripts; a mark is one, though a message names it. */
    @Test
    void hasWhatWordsAreSpelledWith() {
        assertThat(Alphabet.of("\u200c\u200d").size()).isEqualTo(3);
        assertThat(Alphabet.of("e\u0301").size()).isEqualTo(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Alphabet.of("e").encode(0x301))
                .withMessage("encode: U+0301 (COMBINING ACUTE ACCENT) is neither '.' nor one of the 1 characters e");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            002E  | '.' stands for the end of a name and cannot be in one; leave it out
            0009  | a tab is no character of a name; write one name a line and nothing else
            00A0  | U+00A0 (NO-BREAK SPACE) is not the ordinary space; write that
            3000  | U+3000 (IDEOGRAPHIC SPACE) is not the ordinary space; write that
            """)
    void refusesTheDotTabsAndOtherSpaces(String codePoint, String message) {
        assertRefused(codePoint, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0007  | U+0007 (BEL)
            001B  | U+001B (ESCAPE)
            0085  | U+0085 (NEXT LINE (NEL))
            202E  | U+202E (RIGHT-TO-LEFT OVERRIDE)
            FEFF  | U+FEFF (ZERO WIDTH NO-BREAK SPACE)
            2028  | U+2028 (LINE SEPARATOR)
            D83D  | U+D83D (HIGH SURROGATES D83D)
            E000  | U+E000 (PRIVATE USE AREA E000)
            0378  | U+0378
            """)
    void refusesWhatCannotBeSeen(String codePoint, String name) {
        assertRefused(
                codePoint,
                name + " is no character of a name: that is a letter, a mark, a digit, punctuation, a symbol or a"
                        + " space");
    }

    private static void assertRefused(String codePoint, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Alphabet.of("a" + Character.toString(Integer.parseInt(codePoint, 16))))
                .withMessage("Alphabet: " + message);
    }

    @Test
    void hasFromOneCharacterToTenThousand() {
        var many = IntStream.range(0x4E00, 0x4E00 + 10_001).toArray();
        assertThat(Alphabet.of(new String(many, 0, 10_000)).size()).isEqualTo(10_001);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Alphabet.of(new String(many, 0, 10_001)))
                .withMessage("Alphabet: must have from 1 to 10,000 characters, it has 10,001");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Alphabet.of(""))
                .withMessage("Alphabet: must have from 1 to 10,000 characters, it has 0");
    }
}
