package handgrad.data;

import handgrad.file.PrintableText;
import java.util.Arrays;

/**
 * One token for each character. A character is a code point of Unicode, so one outside of the first 65,536, such as an
 * emoji, is one token too.
 */
public final class CharacterTokenizer implements Tokenizer {
    private final int[] vocabulary;

    private CharacterTokenizer(int[] vocabulary) {
        this.vocabulary = vocabulary;
    }

    /**
     * A tokenizer of all characters of a text, numbered in the order of their code points.
     *
     * @throws IllegalArgumentException if the text is empty
     */
    public static CharacterTokenizer of(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("CharacterTokenizer: the text has no characters, give it at least 1");
        }
        return new CharacterTokenizer(text.codePoints().sorted().distinct().toArray());
    }

    /** The vocabulary as a text: {@link #of} makes an equal tokenizer of it. */
    public String characters() {
        return new String(vocabulary, 0, vocabulary.length);
    }

    @Override
    public int size() {
        return vocabulary.length;
    }

    @Override
    public int[] encode(String text) {
        int[] tokens = text.codePoints().toArray();
        for (int i = 0; i < tokens.length; i++) {
            int token = Arrays.binarySearch(vocabulary, tokens[i]);
            if (token < 0) {
                throw new IllegalArgumentException("encode: character " + i + ", '"
                        + PrintableText.of(Character.toString(tokens[i])) + "', is none of the " + vocabulary.length
                        + " of the vocabulary");
            }
            tokens[i] = token;
        }
        return tokens;
    }

    @Override
    public String decode(int... tokens) {
        var text = new StringBuilder();
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= vocabulary.length) {
                throw new IllegalArgumentException("decode: token " + i + " is " + tokens[i]
                        + ", the vocabulary has 0 to " + (vocabulary.length - 1));
            }
            text.appendCodePoint(vocabulary[tokens[i]]);
        }
        return text.toString();
    }
}
