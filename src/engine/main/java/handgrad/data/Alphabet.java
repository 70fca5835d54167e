package handgrad.data;

import handgrad.file.PrintableText;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The symbols of a names model, by their index. The dot is 0: it stands before and after a name and occurs in none. The
 * characters follow from 1 on in the order of their code points, so that a to z are 1 to 26.
 *
 * <p>A character is one code point of Unicode: a letter, a combining mark, a digit, punctuation, a symbol such as an
 * emoji, or the ordinary space. The joiner and the non-joiner are characters as well, since Persian and Hindi are
 * spelled with them. Other code points act on a terminal or cannot be seen, and are refused. Capitals are characters of
 * their own.
 *
 * <p>An alphabet does not change and may be read by several threads.
 */
public final class Alphabet {
    /** The most characters of an alphabet: more than any list of names has, in any script. */
    public static final int MOST_CHARACTERS = 10_000;

    /** The dot and a to z, the 27 symbols of the lectures. */
    public static final Alphabet A_TO_Z = of("abcdefghijklmnopqrstuvwxyz");

    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;

    /** Ascending. */
    private final int[] characters;

    private Alphabet(int[] characters) {
        if (characters.length < 1 || characters.length > MOST_CHARACTERS) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "Alphabet: must have from 1 to %,d characters, it has %,d",
                    MOST_CHARACTERS,
                    characters.length));
        }
        for (int character : characters) {
            if (!isCharacter(character)) {
                throw new IllegalArgumentException("Alphabet: " + refusal(character));
            }
        }
        this.characters = characters;
    }

    /**
     * The alphabet of the characters that occur in a text, in any order and any number of times.
     *
     * @throws IllegalArgumentException if there is none, or more than {@link #MOST_CHARACTERS}, or one is the dot or
     *     cannot be seen
     */
    public static Alphabet of(String text) {
        return ofNames(List.of(text));
    }

    /** The alphabet of the characters that occur in names; as {@link #of}. */
    public static Alphabet ofNames(Iterable<String> names) {
        var characters = new BitSet();
        names.forEach(name -> name.codePoints().forEach(characters::set));
        return new Alphabet(characters.stream().toArray());
    }

    /** The number of symbols: one more than there are characters. */
    public int size() {
        return characters.length + 1;
    }

    /** The characters in their order, without the dot; {@link #of(String)} makes the same alphabet of them. */
    public String characters() {
        return decode(IntStream.range(1, size()).toArray());
    }

    /** Whether a code point is one of the characters. */
    public boolean contains(int codePoint) {
        return Arrays.binarySearch(characters, codePoint) >= 0;
    }

    /**
     * The index of a symbol.
     *
     * @param codePoint the dot or one of the characters
     * @throws IllegalArgumentException if it is neither
     */
    public int encode(int codePoint) {
        if (codePoint == '.') {
            return 0;
        }
        int place = Arrays.binarySearch(characters, codePoint);
        if (place < 0) {
            throw new IllegalArgumentException("encode: " + named(codePoint) + " is neither '.' nor one of " + this);
        }
        return place + 1;
    }

    /**
     * The indices of the symbols of a text, one for each code point.
     *
     * @throws IllegalArgumentException if one is neither the dot nor one of the characters
     */
    public int[] encode(String text) {
        return text.codePoints().map(this::encode).toArray();
    }

    /**
     * The text of symbols, with a dot for each 0.
     *
     * @throws IllegalArgumentException if an index is less than 0, or not less than {@link #size}
     */
    public String decode(int... indices) {
        var text = new StringBuilder();
        for (int index : indices) {
            if (index < 0 || index >= size()) {
                throw new IllegalArgumentException("decode: index " + index + " is outside 0 to " + characters.length);
            }
            text.appendCodePoint(index == 0 ? '.' : characters[index - 1]);
        }
        return text.toString();
    }

    /** Whether an alphabet may have a code point among its characters. */
    static boolean isCharacter(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            case Character.FORMAT -> isJoiner(codePoint);
            case Character.SPACE_SEPARATOR -> codePoint == ' ';
            default -> codePoint != '.';
        };
    }

    /** Why a code point is not a character, and what to do. */
    static String refusal(int codePoint) {
        if (codePoint == '.') {
            return "'.' stands for the end of a name and cannot be in one; leave it out";
        }
        if (codePoint == '\t') {
            return "a tab is no character of a name; write one name a line and nothing else";
        }
        if (Character.getType(codePoint) == Character.SPACE_SEPARATOR) {
            return named(codePoint) + " is not the ordinary space; write that";
        }
        return named(codePoint) + " is no character of a name: that is a letter, a mark, a digit, punctuation, a symbol"
                + " or a space";
    }

    /** A code point as a message has it: itself, or its number and name where it cannot be seen alone. */
    static String named(int codePoint) {
        boolean mark = Character.getType(codePoint) == Character.NON_SPACING_MARK
                || Character.getType(codePoint) == Character.COMBINING_SPACING_MARK
                || Character.getType(codePoint) == Character.ENCLOSING_MARK;
        if (codePoint == '.' || (isCharacter(codePoint) && !isJoiner(codePoint) && !mark)) {
            return "'" + Character.toString(codePoint) + "'";
        }
        var name = Character.isValidCodePoint(codePoint) ? Character.getName(codePoint) : null;
        return String.format(Locale.ROOT, "U+%04X", codePoint) + (name == null ? "" : " (" + name + ")");
    }

    private static boolean isJoiner(int codePoint) {
        return codePoint == ZERO_WIDTH_JOINER || codePoint == ZERO_WIDTH_NON_JOINER;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Alphabet alphabet && Arrays.equals(characters, alphabet.characters);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(characters);
    }

    /** How many characters there are, and the first of them. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "the %,d characters %s", characters.length, PrintableText.excerpt(characters()));
    }
}
