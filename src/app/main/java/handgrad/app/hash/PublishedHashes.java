package handgrad.app.hash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The hashes that this version gives on every machine with fused multiply-add, without OpenBLAS: lines {@code MODEL
 * STEPS HASH} of the file {@code hashes.txt}. A change of one changes what users were promised, so it has a reason,
 * which stands in the message of its commit.
 */
final class PublishedHashes {
    private final Map<String, String> hashes = new HashMap<>();

    /** Those of a text with such lines; one that begins with # is a comment. */
    PublishedHashes(String text) {
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            hashes.put(line.substring(0, space), line.substring(space + 1));
        });
    }

    /** Those of this version. */
    static PublishedHashes read() {
        try (var file = PublishedHashes.class.getResourceAsStream("hashes.txt")) {
            if (file == null) {
                throw new IllegalStateException("hashes.txt is not in the module");
            }
            return new PublishedHashes(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    /** The hash of a model after so many steps; empty where none is published. */
    Optional<String> of(HashedModel model, int steps) {
        return Optional.ofNullable(hashes.get(model.title() + " " + steps));
    }
}
