package handgrad.app.exercise;

import handgrad.app.command.FailedException;
import handgrad.app.train.RunFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Remembers what the last check of each exercise found, in the file {@code .checked} beside the learner's own: lines
 * such as {@code 1=5/26 HASH} or {@code 2=solved HASH}, with the SHA-256 of the file that was checked.
 */
final class CheckedFile {
    private static final Pattern LINE =
            Pattern.compile("(?<key>(?:[a-z]+-)?\\d+)=(?<value>(?:solved|\\d{1,4}/\\d{1,4}) [0-9a-f]{64})");

    private final Path folder;
    private final NotesFile notes;

    /** The file in a folder of the learner's. */
    CheckedFile(Path folder) {
        this.folder = folder;
        notes = new NotesFile(
                folder.resolve(".checked"),
                "what the checks found",
                LINE,
                "is not what a check found",
                "What the last check of each exercise found, and the hash of the file then");
    }

    /** How far a learner is with an exercise. */
    enum State {
        /** There is no file, or it is as it was made. */
        UNTOUCHED,
        /** There is a file, and the last check, if any, did not find it solved or it has changed since. */
        BEGUN,
        /** The file is the one that the last check found solved. */
        SOLVED
    }

    /**
     * How far the learner is with an exercise, and what the last check of the file as it is now said.
     *
     * @param said such as {@code 5 of 26 right}; empty if it was not checked since it changed
     */
    record Standing(State state, String said) {}

    /** How far the learner is with each of some exercises. */
    Map<String, Standing> standings(Iterable<Exercise> exercises) {
        var found = notes.read();
        var standings = new TreeMap<String, Standing>();
        exercises.forEach(exercise -> standings.put(exercise.name(), standing(exercise, found)));
        return standings;
    }

    private Standing standing(Exercise exercise, Map<String, String> found) {
        var source = folder.resolve(exercise.fileName());
        if (!Files.isRegularFile(source)) {
            return new Standing(State.UNTOUCHED, "");
        }
        var content = content(source);
        if (Arrays.equals(content, exercise.withWords().getBytes(StandardCharsets.UTF_8))) {
            return new Standing(State.UNTOUCHED, "");
        }
        var last = found.getOrDefault(exercise.name(), "").split(" ", -1);
        if (last.length < 2 || !last[1].equals(hash(content))) {
            return new Standing(State.BEGUN, "");
        }
        return last[0].equals("solved")
                ? new Standing(State.SOLVED, "")
                : new Standing(State.BEGUN, last[0].replace("/", " of ") + " right");
    }

    /** Notes what a check of the learner's file found. */
    void note(Exercise exercise, boolean solved, int right) {
        var found = notes.read();
        var state =
                solved ? "solved" : "%d/%d".formatted(right, exercise.steps().size());
        found.put(exercise.name(), state + " " + hash(content(folder.resolve(exercise.fileName()))));
        notes.write(found);
    }

    private static byte[] content(Path source) {
        try {
            return Files.readAllBytes(source);
        } catch (IOException exception) {
            throw new FailedException(source + " cannot be read: " + RunFolder.reason(exception));
        }
    }

    private static String hash(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException exception) {
            throw new IllegalStateException(exception);
        }
    }
}
