package handgrad.app.sequence;

import handgrad.app.command.WrongInputException;
import handgrad.app.text.BytePairTokenizer;
import handgrad.data.CharacterTokenizer;
import handgrad.data.Tokenizer;
import handgrad.file.PrintableText;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The tokens of a text model, and the text that it is to go on with. */
record TextTokens(Tokenizer tokenizer) {
    /** The tokenizer of a run; of characters, those of its alphabet. */
    static Tokenizer of(SequenceOptions options) {
        return switch (TokenizerKind.named(options.text(Setting.TOKENIZER))) {
            case CHARACTERS -> CharacterTokenizer.of(options.alphabet());
            case GPT2 -> new BytePairTokenizer();
        };
    }

    /**
     * The tokens of a prompt; without one a line feed, as nanoGPT begins, or the first symbol where there is none.
     *
     * @throws WrongInputException if it is empty or has what the model has not learned
     */
    int[] prompt(@Nullable String text) {
        if (text == null) {
            boolean hasLineFeed = !(tokenizer instanceof CharacterTokenizer characters)
                    || characters.characters().indexOf('\n') >= 0;
            return hasLineFeed ? tokenizer.encode("\n") : new int[] {0};
        }
        if (text.isEmpty()) {
            throw new WrongInputException("--prompt is empty; leave it out, or give it a character");
        }
        requireLearned("--prompt: ", text, "the prompt");
        return tokenizer.encode(text);
    }

    /**
     * Refuses a text with a character that is no symbol.
     *
     * @param before what the message begins with
     * @param what the text is
     */
    void requireLearned(String before, String text, String what) {
        if (tokenizer instanceof CharacterTokenizer characters) {
            var alphabet = characters.characters();
            int[] known = alphabet.codePoints().toArray();
            text.codePoints()
                    .filter(character -> Arrays.binarySearch(known, character) < 0)
                    .findFirst()
                    .ifPresent(character -> {
                        throw new WrongInputException(
                                "%s%s has the character '%s', which the model has not learned; it knows %s"
                                        .formatted(
                                                before,
                                                what,
                                                PrintableText.of(Character.toString(character)),
                                                PrintableText.excerpt(alphabet)));
                    });
        }
    }
}
