package handgrad.page;

import java.util.Optional;

/**
 * A part of a Markdown file that a command writes: what stands between the lines {@code <!-- name:begin -->} and
 * {@code <!-- name:end -->}.
 *
 * @param name in both marks
 */
public record MarkedPart(String name) {
    /** The mark before it. */
    public String begin() {
        return "<!-- %s:begin -->".formatted(name);
    }

    /** The mark behind it. */
    public String end() {
        return "<!-- %s:end -->".formatted(name);
    }

    /** The text with this part instead of the one it has; empty if it does not have both marks, once and in order. */
    public Optional<String> replace(String text, String part) {
        int begin = text.indexOf(begin());
        int end = text.indexOf(end());
        boolean once = begin == text.lastIndexOf(begin()) && end == text.lastIndexOf(end());
        return begin >= 0 && end > begin && once
                ? Optional.of(text.substring(0, begin + begin().length()) + "\n" + part + text.substring(end))
                : Optional.empty();
    }
}
