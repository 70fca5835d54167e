package handgrad.data;

import handgrad.file.PrintableText;

/** The 27 symbols of a names model: {@code .} is 0 and stands before and after a name, a to z are 1 to 26. */
public final class Alphabet {
    /** The number of symbols, 27. */
    public static final int SIZE = 27;

    private Alphabet() {}

    /**
     * The index of a symbol.
     *
     * @throws IllegalArgumentException if it is neither {@code .} nor in a to z
     */
    public static int encode(char symbol) {
        if (symbol == '.') {
            return 0;
        }
        if (!isLetter(symbol)) {
            throw new IllegalArgumentException(
                    "encode: '" + PrintableText.of(String.valueOf(symbol)) + "' is neither '.' nor in a to z");
        }
        return symbol - 'a' + 1;
    }

    /**
     * The symbol at an index.
     *
     * @throws IllegalArgumentException if the index is outside 0 to 26
     */
    public static char decode(int index) {
        if (index < 0 || index >= SIZE) {
            throw new IllegalArgumentException("decode: index " + index + " is outside 0 to " + (SIZE - 1));
        }
        return index == 0 ? '.' : (char) ('a' + index - 1);
    }

    static boolean isLetter(int codePoint) {
        return codePoint >= 'a' && codePoint <= 'z';
    }
}
