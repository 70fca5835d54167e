package handgrad.file;

import java.util.function.IntPredicate;

/** Text that is not ours, such as a path or a word of a file, made fit for one line of a terminal. */
public final class PrintableText {
    private static final int EXCERPT = 200;

    private PrintableText() {}

    /**
     * The text with Java's escape, a backslash and a letter or the letter u and four digits, for each character that
     * would act on a terminal or not be seen: control and format characters, ends of lines, halves of surrogate pairs.
     * What is printable stays as it is, a backslash too, so a text that is made printable twice is as after once.
     */
    public static String of(String text) {
        return escaped(text, PrintableText::isPrintable);
    }

    /**
     * The beginning of a text, printable, of at most 200 characters before they are escaped; what is cut off has an
     * ellipsis in its place.
     */
    public static String excerpt(String text) {
        return text.codePointCount(0, text.length()) <= EXCERPT
                ? of(text)
                : of(text.substring(0, text.offsetByCodePoints(0, EXCERPT))) + '…';
    }

    /** A text of several lines, each printable, with their ends and with tabs as they are. */
    public static String lines(String text) {
        return escaped(text, character -> character == '\n' || character == '\t' || isPrintable(character));
    }

    private static String escaped(String text, IntPredicate kept) {
        if (text.codePoints().allMatch(kept)) {
            return text;
        }
        var printable = new StringBuilder();
        text.codePoints().forEach(character -> {
            if (kept.test(character)) {
                printable.appendCodePoint(character);
            } else {
                escape(character, printable);
            }
        });
        return printable.toString();
    }

    private static void escape(int character, StringBuilder printable) {
        switch (character) {
            case '\n' -> printable.append("\\n");
            case '\r' -> printable.append("\\r");
            case '\t' -> printable.append("\\t");
            default -> {
                for (char half : Character.toChars(character)) {
                    printable.append("\\u%04x".formatted((int) half));
                }
            }
        }
    }

    private static boolean isPrintable(int character) {
        return switch (Character.getType(character)) {
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
