package handgrad.app.program;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A source that the compiler cannot cope with: instead of an error it prints where in itself it failed. */
final class CompilerFailure {
    private static final Pattern THROWN =
            Pattern.compile("^(java\\.lang\\.\\w+(?:Error|Exception))\\b", Pattern.MULTILINE);

    /** Brackets within each other that no code of a person has. */
    private static final int DEEP = 100;

    private CompilerFailure() {}

    /**
     * A line for people if the compiler failed, null if it found errors.
     *
     * @param messages what it printed
     */
    static @Nullable String of(String file, CharSequence source, String messages) {
        var thrown = THROWN.matcher(messages);
        if (!thrown.find()) {
            return null;
        }
        return switch (thrown.group(1)) {
            case "java.lang.StackOverflowError" ->
                ("%s:%d: the compiler runs out of stack, so many parts are within each other or in one chain here;"
                                + " cut it into several statements")
                        .formatted(file, deepestLine(source));
            case "java.lang.OutOfMemoryError" ->
                ("%s: the compiler runs out of memory; cut the file into smaller ones, or give more, as in"
                                + " ./handgrad -Xmx8g ...")
                        .formatted(file);
            default -> "%s: the compiler of the JDK fails on it, by %s".formatted(file, thrown.group(1));
        };
    }

    /** The line with the most brackets around its characters; without many, the longest. */
    private static int deepestLine(CharSequence source) {
        int line = 1;
        int start = 0;
        int depth = 0;
        int deepest = 0;
        int deepestLine = 1;
        int longest = 0;
        int longestLine = 1;
        for (int i = 0; i < source.length(); i++) {
            switch (source.charAt(i)) {
                case '(', '[', '{' -> depth++;
                case ')', ']', '}' -> depth--;
                case '\n' -> {
                    line++;
                    start = i + 1;
                }
                default -> {}
            }
            if (depth > deepest) {
                deepest = depth;
                deepestLine = line;
            }
            if (i - start > longest) {
                longest = i - start;
                longestLine = line;
            }
        }
        return deepest > DEEP ? deepestLine : longestLine;
    }
}
