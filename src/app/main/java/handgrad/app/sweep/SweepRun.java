package handgrad.app.sweep;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A run of a sweep.
 *
 * @param line the line of the file that it is from
 * @param options by the names of their columns, the model among them; those that the file gives
 */
record SweepRun(long line, SequencedMap<String, String> options) {
    /** The column of the model. */
    static final String MODEL = "model";

    private static final int NAME_BYTES = 8;

    String model() {
        return options.getOrDefault(MODEL, "");
    }

    /** An option; empty where the file does not give it. */
    String option(String column) {
        return options.getOrDefault(column, "");
    }

    /** What its folder is named by: the start of the SHA-256 of its options, in any order of the columns. */
    String name() {
        var text = new TreeMap<>(options)
                .entrySet().stream()
                        .map(option -> option.getKey() + "=" + option.getValue() + "\n")
                        .collect(Collectors.joining());
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, NAME_BYTES);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }

    /** Its options as a person reads them: {@code mlp-bn, lr 0.1, seed 3}. */
    String text() {
        return options.entrySet().stream()
                .map(option -> option.getKey().equals(MODEL) ? option.getValue() : text(option))
                .collect(Collectors.joining(", "));
    }

    private static String text(Map.Entry<String, String> option) {
        return option.getKey() + " " + option.getValue();
    }
}
