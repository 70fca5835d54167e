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
 * A small file beside the learner's own that remembers something: lines {@code KEY=VALUE}; one that begins with
 * {@code #} is a comment.
 *
 * @param content what it holds, for errors
 * @param line what a line is like, with the groups {@code key} and {@code value}
 * @param wrong what a line is that is not like that, for errors
 * @param heading the comment that it begins with
 */
record NotesFile(Path file, String content, Pattern line, String wrong, String heading) {
    private static final int MAXIMUM_BYTES = 1 << 20;

    /**
     * All by key; nothing where there is no file.
     *
     * @throws WrongInputException if it cannot be read, or a line is not as it must be
     */
    Map<String, String> read() {
        var found = new TreeMap<String, String>();
        if (Files.notExists(file)) {
            return found;
        }
        var lines = new UserFile("", file, content).text(MAXIMUM_BYTES).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            var text = lines.get(i).strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            var matcher = line.matcher(text);
            if (!matcher.matches()) {
                throw new WrongInputException("%s, line %d: %s; remove the line".formatted(file, i + 1, wrong));
            }
            found.put(matcher.group("key"), matcher.group("value"));
        }
        return found;
    }

    /**
     * Writes all.
     *
     * @throws FailedException if that fails
     */
    void write(Map<String, String> all) {
        var text = new StringBuilder("# " + heading + "\n");
        all.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        try {
            AtomicFile.write(file, text.toString());
        } catch (IOException exception) {
            throw new FailedException(file + " cannot be written: " + RunFolder.reason(exception));
        }
    }
}
