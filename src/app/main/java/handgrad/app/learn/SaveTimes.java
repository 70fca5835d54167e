package handgrad.app.learn;

import handgrad.app.exercise.Exercise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Measures how long a lesson takes from the save of a file to the answer: it writes the solution with one gradient less
 * or more, or with one that is wrong, and waits until that is shown.
 */
final class SaveTimes {
    private static final Pattern ANSWER = Pattern.compile("(?m)^    d\\w+ = (.*);");

    /** Pauses between two saves, longer than the lesson needs to see that a file is as it was. */
    private static final long PAUSE_MILLIS = 200;

    private final Exercise exercise;
    private final Path file;
    private final Board board;
    private final int count;

    SaveTimes(Shown first, Board board, int count) {
        exercise = first.exercise();
        file = first.file();
        this.board = board;
        this.count = count;
    }

    /** Saves and waits so many times, and returns the line that says how long the answers took. */
    String run() {
        try {
            var before = Files.readString(file);
            try {
                return line(times());
            } finally {
                Files.writeString(file, before);
            }
        } catch (IOException exception) {
            return "cannot measure: %s\n".formatted(exception);
        } catch (InterruptedException exception) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private List<Double> times() throws IOException, InterruptedException {
        settle();
        var answers = ANSWER.matcher(exercise.solution()).results().toList();
        var times = new ArrayList<Double>();
        for (int i = 0; i < count; i++) {
            Thread.sleep(PAUSE_MILLIS);
            var answer = answers.get(i / 2 % answers.size());
            var other = i % 2 == 0 ? "null" : answer.group(1) + ".mul(3)";
            var source = new StringBuilder(exercise.solution()).replace(answer.start(1), answer.end(1), other);
            int version = board.now().version();
            long start = System.nanoTime();
            Files.writeString(file, source);
            for (var now = board.now(); now.version() == version || now.shown().checking(); ) {
                now = board.after(now.version(), 60_000);
            }
            times.add((System.nanoTime() - start) / 1e6);
        }
        return times;
    }

    /** Waits for the first answer. */
    private void settle() throws InterruptedException {
        for (var now = board.now(); now.shown().checking(); ) {
            now = board.after(now.version(), 60_000);
        }
    }

    private static String line(List<Double> times) {
        var sorted = times.stream().sorted().toList();
        return String.format(
                Locale.ROOT,
                "from save to answer, %d saves: median %.0f ms, 10 %% %.0f ms, 90 %% %.0f ms, longest %.0f ms%n",
                sorted.size(),
                quantile(sorted, 0.5),
                quantile(sorted, 0.1),
                quantile(sorted, 0.9),
                sorted.getLast());
    }

    private static double quantile(List<Double> sorted, double part) {
        return sorted.get((int) Math.round(part * (sorted.size() - 1)));
    }
}
