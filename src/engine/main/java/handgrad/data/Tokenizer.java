package handgrad.data;

/** Makes numbers of a text and a text of numbers: characters, words or parts of words, one number each. */
public interface Tokenizer {
    /** The size of the vocabulary: tokens are from 0 to one less. */
    int size();

    /**
     * The tokens of a text.
     *
     * @throws IllegalArgumentException if the vocabulary has not all of it
     */
    int[] encode(String text);

    /**
     * The text of tokens; what has been encoded becomes what it was.
     *
     * @throws IllegalArgumentException if one is not in the vocabulary
     */
    String decode(int... tokens);
}
