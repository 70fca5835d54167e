package handgrad.app.exercise;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Remembers which hints a learner has seen, in the file {@code .hints} beside the learner's own: lines such as {@code
 * 1.dlogits=2}, of exercise, tensor and the number of hints seen.
 */
public final class HintsFile {
    private static final Pattern LINE = Pattern.compile("(?<key>(?:[a-z]+-)?\\d+\\.\\w+)=(?<value>\\d{1,9})");

    private final NotesFile notes;

    /** The file beside {@code source}. */
    public HintsFile(Path source) {
        notes = new NotesFile(
                source.resolveSibling(".hints"),
                "the hints seen",
                LINE,
                "is not a number of hints seen, as in 1.dlogits=2",
                "The number of hints seen, by exercise and tensor");
    }

    /** How many hints of a tensor were shown. */
    public int seen(Exercise exercise, String tensor) {
        return Integer.parseInt(notes.read().getOrDefault(key(exercise, tensor), "0"));
    }

    private static String key(Exercise exercise, String tensor) {
        return exercise.name() + "." + tensor;
    }

    /** The hint to show next, counted from 0 up to {@code count}, where none is left. */
    public int next(Exercise exercise, String tensor, int count) {
        var seen = notes.read();
        var key = key(exercise, tensor);
        int next = Math.min(Integer.parseInt(seen.getOrDefault(key, "0")), count);
        if (next < count) {
            seen.put(key, Integer.toString(next + 1));
            notes.write(seen);
        }
        return next;
    }
}
