package handgrad.app.exercise;

import handgrad.app.command.FailedException;
import handgrad.app.command.UserFile;
import handgrad.app.command.WrongInputException;
import handgrad.app.train.RunFolder;
import handgrad.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Remembers which hints a learner has seen, in the file {@code .hints} beside the learner's own: lines such as {@code
 * 1.dlogits=2}, of exercise, tensor and the number of hints seen; a line that begins with {@code #} is a comment.
 */
public final class HintsFile {
    private static final int MAXIMUM_BYTES = 1 << 20;
    private static final Pattern LINE = Pattern.compile("(?<key>(?:[a-z]+-)?\\d+\\.\\w+)=(?<seen>\\d{1,9})");

    private final Path file;

    /** The file beside {@code source}. */
    public HintsFile(Path source) {
        file = source.resolveSibling(".hints");
    }

    /** How many hints of a tensor were shown. */
    public int seen(Exercise exercise, String tensor) {
        return Files.exists(file) ? read().getOrDefault(key(exercise, tensor), 0) : 0;
    }

    private static String key(Exercise exercise, String tensor) {
        return exercise.name() + "." + tensor;
    }

    /** The hint to show next, counted from 0 up to {@code count}, where none is left. */
    public int next(Exercise exercise, String tensor, int count) {
        var seen = Files.exists(file) ? read() : new TreeMap<String, Integer>();
        var key = key(exercise, tensor);
        int next = Math.min(seen.getOrDefault(key, 0), count);
        if (next < count) {
            seen.put(key, next + 1);
            write(seen);
        }
        return next;
    }

    private Map<String, Integer> read() {
        var seen = new TreeMap<String, Integer>();
        var lines = new UserFile("", file, "the hints seen")
                .text(MAXIMUM_BYTES)
                .lines()
                .toList();
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            var found = LINE.matcher(line);
            if (!found.matches()) {
                throw new WrongInputException(
                        "%s, line %d: is not a number of hints seen, as in 1.dlogits=2; remove the line"
                                .formatted(file, i + 1));
            }
            seen.put(found.group("key"), Integer.valueOf(found.group("seen")));
        }
        return seen;
    }

    private void write(Map<String, Integer> seen) {
        var text = new StringBuilder("# The number of hints seen, by exercise and tensor\n");
        seen.forEach(
                (key, number) -> text.append(key).append('=').append(number).append('\n'));
        try {
            AtomicFile.write(file, text.toString());
        } catch (IOException exception) {
            throw new FailedException(file + " cannot be written: " + RunFolder.reason(exception));
        }
    }
}
