package handgrad.app.report;

import handgrad.data.Alphabet;
import handgrad.data.Tokenizer;
import java.text.Bidi;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The symbols that a model chooses from, as each can be read alone, in a picture or a sentence.
 *
 * @param size how many there are
 * @param text the text of each
 */
public record SymbolLabels(int size, IntFunction<String> text) {
    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;
    private static final String FIRST_STRONG_ISOLATE = "\u2068";
    private static final String POP_DIRECTIONAL_ISOLATE = "\u2069";

    /** Those of names. */
    public static SymbolLabels of(Alphabet alphabet) {
        return new SymbolLabels(alphabet.size(), alphabet::decode);
    }

    /** The tokens of texts. */
    public static SymbolLabels of(Tokenizer tokenizer) {
        return new SymbolLabels(tokenizer.size(), tokenizer::decode);
    }

    /** The labels in their order. */
    List<String> all() {
        return IntStream.range(0, size()).mapToObj(this::label).toList();
    }

    /** A symbol; a mark stands on a dotted circle, and what has no ink is named by a sign or letters. */
    public String label(int index) {
        var symbol = text.apply(index);
        if (symbol.isEmpty()) {
            return "";
        }
        int character = symbol.codePointAt(0);
        return switch (character) {
            case ' ' -> "␣" + symbol.substring(1);
            case '\n' -> "↵" + symbol.substring(1);
            case '\t' -> "⇥" + symbol.substring(1);
            case ZERO_WIDTH_JOINER -> "ZWJ";
            case ZERO_WIDTH_NON_JOINER -> "ZWNJ";
            default ->
                switch (Character.getType(character)) {
                    case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
                        "◌" + symbol;
                    default -> symbol;
                };
        };
    }

    /** The same for a sentence; a letter written from right to left stands between isolates, to leave it in order. */
    public String inSentence(int index) {
        var label = label(index);
        return Bidi.requiresBidi(label.toCharArray(), 0, label.length())
                ? FIRST_STRONG_ISOLATE + label + POP_DIRECTIONAL_ISOLATE
                : label;
    }
}
