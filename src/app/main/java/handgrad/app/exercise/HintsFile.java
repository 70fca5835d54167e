package handgrad.app.exercise;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** Remembers which hints a learner has seen, in the file {@code .hints} beside the learner's own. */
final class HintsFile {
    private final Path file;

    /** The file beside {@code source}. */
    HintsFile(Path source) {
        file = source.resolveSibling(".hints");
    }

    /** The hint to show next, counted from 0 up to {@code count}, where none is left. */
    int next(Exercise exercise, String tensor, int count) {
        var shown = new Properties();
        try {
            if (Files.exists(file)) {
                try (var reader = Files.newBufferedReader(file)) {
                    shown.load(reader);
                }
            }
            var key = exercise.number() + "." + tensor;
            int next = Integer.parseInt(shown.getProperty(key, "0"));
            if (next < count) {
                shown.setProperty(key, Integer.toString(next + 1));
                try (var writer = Files.newBufferedWriter(file)) {
                    shown.store(writer, "The number of hints seen, by exercise and tensor");
                }
            }
            return next;
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
