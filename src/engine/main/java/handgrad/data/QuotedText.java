package handgrad.data;

/** Text of unknown origin made fit to stand in an error message. */
final class QuotedText {
    private QuotedText() {}

    /** The character in quotes, or its number where it would not be seen. */
    static String quote(int codePoint) {
        return isVisible(codePoint) ? "'" + Character.toString(codePoint) + "'" : "U+%04X".formatted(codePoint);
    }

    /** The word in quotes, with a question mark for each character that would not be seen. */
    static String quote(String word) {
        var visible = new StringBuilder("'");
        word.codePoints().map(c -> isVisible(c) ? c : '?').forEach(visible::appendCodePoint);
        return visible.append('\'').toString();
    }

    private static boolean isVisible(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
