package handgrad.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("no-kernel")
class PrintableTextTest {
    @Test
    void what_is_printable_stays() {
        var text = "emma, José's \"größe\" \\n 中文 😀 e\u0301";
        assertThat(PrintableText.of(text)).isEqualTo(text);
    }

    @Test
    void what_would_act_or_not_be_seen_is_escaped() {
        assertThat(PrintableText.of("a\nb\r\tc")).isEqualTo("a\\nb\\r\\tc");
        assertThat(PrintableText.of("\0\007\033[31m\177")).isEqualTo("\\u0000\\u0007\\u001b[31m\\u007f");
        assertThat(PrintableText.of("\u009b2J\u0085")).isEqualTo("\\u009b2J\\u0085");
        assertThat(PrintableText.of("\u2028\u2029\u202e\u200b\ufeff")).isEqualTo("\\u2028\\u2029\\u202e\\u200b\\ufeff");
        assertThat(PrintableText.of("\ud800x\udc00\ue000")).isEqualTo("\\ud800x\\udc00\\ue000");
        assertThat(PrintableText.of(Character.toString(0xE0001))).isEqualTo("\\udb40\\udc01");
    }

    @Test
    void lines_keep_their_ends_and_tabs() {
        assertThat(PrintableText.lines("a\033[31m\n\tb\r\n")).isEqualTo("a\\u001b[31m\n\tb\\r\n");
    }

    @Test
    void twice_is_as_once() {
        var once = PrintableText.of("\033]0;title\007\n\\");
        assertThat(PrintableText.of(once)).isEqualTo(once);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, ''", "200, 200, ''", "201, 200, …"})
    void an_excerpt_has_at_most_200_characters(int length, int kept, String end) {
        assertThat(PrintableText.excerpt("😀".repeat(length))).isEqualTo("😀".repeat(kept) + end);
    }
}
