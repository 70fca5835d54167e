package handgrad.app.report;

import handgrad.data.Alphabet;
import java.text.Bidi;
import java.util.List;
import java.util.stream.IntStream;

/** The symbols of an alphabet as each can be read alone, in a picture or a sentence. */
record SymbolLabels(Alphabet alphabet) {
    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;
    private static final String FIRST_STRONG_ISOLATE = "\u2068";
    private static final String POP_DIRECTIONAL_ISOLATE = "\u2069";

    /** The number of symbols. */
    int size() {
        return alphabet.size();
    }

    /** The labels in the order of the alphabet. */
    List<String> all() {
        return IntStream.range(0, size()).mapToObj(this::of).toList();
    }

    /** A symbol; a mark stands on a dotted circle, and what has no ink is named by a sign or letters. */
    String of(int index) {
        var symbol = alphabet.decode(index);
        int character = symbol.codePointAt(0);
        return switch (character) {
            case ' ' -> "␣";
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
    String inSentence(int index) {
        var label = of(index);
        return Bidi.requiresBidi(label.toCharArray(), 0, label.length())
                ? FIRST_STRONG_ISOLATE + label + POP_DIRECTIONAL_ISOLATE
                : label;
    }
}
