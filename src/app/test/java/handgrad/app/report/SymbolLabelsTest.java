package handgrad.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.data.Alphabet;
import org.junit.jupiter.api.Test;

class SymbolLabelsTest {
    @Test
    void each_symbol_can_be_read_alone() {
        var labels = SymbolLabels.of(Alphabet.of("a é\u0301\u093e\u20dd\u200c\u200d😀"));
        assertThat(labels.size()).isEqualTo(10);
        assertThat(labels.all())
                .containsExactly(".", "␣", "a", "é", "◌\u0301", "◌\u093e", "ZWNJ", "ZWJ", "◌\u20dd", "😀");
    }

    @Test
    void a_letter_from_right_to_left_leaves_its_sentence_in_order() {
        var labels = SymbolLabels.of(Alphabet.of("aאب"));
        assertThat(labels.inSentence(0)).isEqualTo(".");
        assertThat(labels.inSentence(1)).isEqualTo("a");
        assertThat(labels.inSentence(2)).isEqualTo("\u2068א\u2069");
        assertThat(labels.inSentence(3)).isEqualTo("\u2068ب\u2069");
    }
}
