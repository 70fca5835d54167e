package handgrad.app.exercise;

import handgrad.app.command.WrongInputException;
import handgrad.app.train.RunFolder;
import handgrad.app.worker.CapturedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Marks a folder of submissions, each in a JVM of its own.
 *
 * @param json takes a JSON object for each, as soon as it is marked
 */
record ClassMarking(int timeLimit, Consumer<String> json) {
    private static final String PREFIX = "handgrad: ";

    /** Marks all; what cannot be marked has an error in its object, and the next follows. */
    void mark(Path folder) throws InterruptedException {
        for (var submission : Submission.in(folder)) {
            json.accept(mark(submission));
        }
    }

    private String mark(Submission submission) throws InterruptedException {
        if (!submission.error().isEmpty()) {
            return error(submission, 0, submission.error());
        }
        Exercise exercise;
        try {
            exercise = Exercise.named(submission.exercise());
        } catch (WrongInputException unknown) {
            return error(submission, 0, String.valueOf(unknown.getMessage()));
        }
        int total = exercise.steps().size();
        if (Files.isSymbolicLink(submission.file())) {
            return error(submission, total, submission.file() + " is a symbolic link, which is not followed");
        }
        if (!Files.isRegularFile(submission.file())) {
            return error(submission, total, submission.file() + " is no file");
        }
        try {
            return mark(submission, exercise);
        } catch (IOException exception) {
            return error(submission, total, submission.file() + " cannot be read: " + RunFolder.reason(exception));
        }
    }

    private String mark(Submission submission, Exercise exercise) throws IOException, InterruptedException {
        if (exercise.fileName().equals(String.valueOf(submission.file().getFileName()))) {
            return mark(submission, exercise, submission.file());
        }
        // The compiler wants the name of the class that a file without one is.
        var folder = Files.createTempDirectory("handgrad");
        var copy = folder.resolve(exercise.fileName());
        try {
            Files.copy(submission.file(), copy);
            return mark(submission, exercise, copy);
        } finally {
            Files.deleteIfExists(copy);
            Files.delete(folder);
        }
    }

    private String mark(Submission submission, Exercise exercise, Path file) throws IOException, InterruptedException {
        var run = CapturedRun.of(List.of(
                "exercise",
                exercise.name(),
                file.toString(),
                "--json",
                "--student",
                submission.student(),
                "--time-limit",
                Integer.toString(timeLimit)));
        if (run.out().startsWith("{")) {
            return run.out().strip();
        }
        var first = run.err()
                .lines()
                .findFirst()
                .orElse("its JVM ended with code " + run.code())
                .replace(file.toString(), submission.file().toString());
        return error(
                submission,
                exercise.steps().size(),
                first.startsWith(PREFIX) ? first.substring(PREFIX.length()) : first);
    }

    private static String error(Submission submission, int total, String error) {
        return MarkJson.error(submission.student(), submission.exercise(), total, error);
    }
}
