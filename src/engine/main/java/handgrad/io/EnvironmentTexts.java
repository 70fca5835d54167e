package handgrad.io;

import handgrad.tensor.Environment;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the bits of a training depend on, as texts of a file's metadata. */
final class EnvironmentTexts {
    private static final String PREFIX = "environment.";

    private EnvironmentTexts() {}

    static Map<String, String> of(Environment environment) {
        var texts = new LinkedHashMap<String, String>();
        texts.put(PREFIX + "handgrad", environment.handgrad());
        texts.put(PREFIX + "jdk", environment.jdk());
        texts.put(PREFIX + "blas", environment.blas());
        texts.put(PREFIX + "core", environment.core());
        texts.put(PREFIX + "route", environment.route());
        texts.put(PREFIX + "vectorBits", Integer.toString(environment.vectorBits()));
        texts.put(PREFIX + "fma", Boolean.toString(environment.fma()));
        texts.put(PREFIX + "threads", Integer.toString(environment.threads()));
        return texts;
    }

    /** Reads them back; one that is missing or no number throws an {@link IllegalArgumentException}. */
    static Environment parse(Map<String, String> texts) {
        return new Environment(
                text(texts, PREFIX + "handgrad"),
                text(texts, PREFIX + "jdk"),
                text(texts, PREFIX + "blas"),
                text(texts, PREFIX + "core"),
                text(texts, PREFIX + "route"),
                number(texts, PREFIX + "vectorBits"),
                Boolean.parseBoolean(text(texts, PREFIX + "fma")),
                number(texts, PREFIX + "threads"));
    }

    /** A text that is a whole number; one that is missing or no number throws an {@link IllegalArgumentException}. */
    static int number(Map<String, String> texts, String name) {
        var text = text(texts, name);
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException exception) {
            throw new IllegalArgumentException(name + " is no whole number: " + text, exception);
        }
    }

    private static String text(Map<String, String> texts, String name) {
        var text = texts.get(name);
        if (text == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return text;
    }
}
