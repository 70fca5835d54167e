package handgrad.app.exercise;

import handgrad.app.command.WrongInputException;
import handgrad.app.train.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A file that a student handed in.
 *
 * @param exercise the name of the exercise by the name of the file, whether there is such a one or not
 * @param error why the student's folder, which {@code file} is then, cannot be read; empty if it can
 */
record Submission(String student, String exercise, Path file, String error) {
    private static final String KIND = "(?<kind>Exercise|Rung|Fault)(?<number>\\d{1,6})\\.java";
    private static final Pattern OWN = Pattern.compile(KIND);
    private static final Pattern FLAT = Pattern.compile("(?<student>.+)-" + KIND);

    /** The folder that a learner's files are in by default. */
    private static final String USUAL = "my-exercises";

    /**
     * What is in a folder, by students and then by names of files: {@code STUDENT/Exercise1.java}, {@code
     * STUDENT/my-exercises/Exercise1.java}, {@code STUDENT-Exercise1.java}. Other files are no submissions, and links
     * to folders are not followed. A student's folder that cannot be read stands there with its error.
     *
     * @throws WrongInputException if it is no folder, cannot be read, or has no submission
     */
    static List<Submission> in(Path folder) {
        return in(folder, Submission::entries);
    }

    /** Tells what is in a folder. */
    @FunctionalInterface
    interface Entries {
        List<Path> of(Path folder) throws IOException;
    }

    static List<Submission> in(Path folder, Entries entries) {
        if (!Files.isDirectory(folder)) {
            throw new WrongInputException("there is no folder " + folder);
        }
        var found = new ArrayList<Submission>();
        for (var entry : all(folder, entries)) {
            var name = String.valueOf(entry.getFileName());
            var flat = FLAT.matcher(name);
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                addOwn(found, name, entry, entries);
                if (Files.isDirectory(entry.resolve(USUAL), LinkOption.NOFOLLOW_LINKS)) {
                    addOwn(found, name, entry.resolve(USUAL), entries);
                }
            } else if (flat.matches()) {
                found.add(new Submission(
                        flat.group("student"), exercise(flat.group("kind"), flat.group("number")), entry, ""));
            }
        }
        if (found.isEmpty()) {
            throw new WrongInputException(("%s has no submission; they are STUDENT/Exercise1.java or"
                            + " STUDENT-Exercise1.java, Rung1.java and Fault1.java")
                    .formatted(folder));
        }
        found.sort(Comparator.comparing(Submission::student).thenComparing(each -> each.file.toString()));
        return found;
    }

    private static void addOwn(List<Submission> found, String student, Path folder, Entries entries) {
        try {
            for (var file : entries.of(folder)) {
                var own = OWN.matcher(String.valueOf(file.getFileName()));
                if (own.matches()) {
                    found.add(new Submission(student, exercise(own.group("kind"), own.group("number")), file, ""));
                }
            }
        } catch (IOException exception) {
            found.add(new Submission(student, "", folder, unreadable(folder, exception)));
        }
    }

    private static String exercise(String kind, String number) {
        return kind.equals("Exercise") ? number : kind.toLowerCase(Locale.ROOT) + "-" + number;
    }

    private static List<Path> all(Path folder, Entries entries) {
        try {
            return entries.of(folder);
        } catch (IOException exception) {
            throw new WrongInputException(unreadable(folder, exception));
        }
    }

    private static String unreadable(Path folder, IOException exception) {
        return folder + " cannot be read: " + RunFolder.reason(exception);
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (UncheckedIOException exception) {
            throw exception.getCause();
        }
    }
}
