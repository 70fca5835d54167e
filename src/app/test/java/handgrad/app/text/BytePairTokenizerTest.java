package handgrad.app.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.data.TextDataset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class BytePairTokenizerTest {
    private final BytePairTokenizer tokenizer = new BytePairTokenizer();

    @Test
    void texts_are_the_tokens_of_gpt_2() {
        assertThat(tokenizer.encode("Hello world")).containsExactly(15496, 995);
        assertThat(tokenizer.encode("")).isEmpty();
        assertThat(tokenizer.size()).isEqualTo(50_257);
    }

    @Test
    void what_is_encoded_is_decoded() {
        var text = "Ähren – 😀 漢字\n\tto be, or not to be<|endoftext|>";
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
        assertThat(tokenizer.encode(text)).doesNotContain(BytePairTokenizer.END_OF_TEXT);
        assertThat(tokenizer.decode(BytePairTokenizer.END_OF_TEXT)).isEqualTo("<|endoftext|>");
    }

    @Test
    void a_text_is_a_data_set_of_its_tokens() {
        var text = TextDataset.of("to be, or not to be: that is the question. ".repeat(20), tokenizer, 0.9, 8);
        assertThat(tokenizer.decode(text.train().rows(0, 1).x().ints())).isEqualTo("to be, or not to be:");
    }

    @Test
    void what_is_no_token_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.decode(0, 50_257))
                .withMessage("decode: token 1 is 50257, the vocabulary has 0 to 50256");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.decode(-1))
                .withMessage("decode: token 0 is -1, the vocabulary has 0 to 50256");
    }
}
