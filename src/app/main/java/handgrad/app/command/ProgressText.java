package handgrad.app.command;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What is said of a long command while it runs: the numbers of its last step, its speed and the time that is left. */
final class ProgressText {
    /** Columns that a bar is worth having for, with its ends. */
    private static final int LEAST_BAR = 6;

    private final String task;
    private final long steps;
    private final long start;

    /** The most characters of a text so far: a bar that only gets shorter does not jump. */
    private int longest;

    /**
     * A command of so many steps that begins now.
     *
     * @param now as {@link System#nanoTime} gives it
     */
    ProgressText(String task, long steps, long now) {
        this.task = task;
        this.steps = steps;
        start = now;
    }

    /**
     * How far a command is.
     *
     * @param first the steps that were done when it began, as where a training is resumed
     * @param done the steps that are done
     * @param loss of the last step; NaN where there is none, as for the other two
     * @param dev the last loss on dev
     * @param lr the learning rate of the last step
     */
    record State(long first, long done, double loss, double dev, double lr) {}

    /** Nanoseconds since the beginning. */
    long passed(long now) {
        return now - start;
    }

    /**
     * {@code deep: 12,800 of 200,000 steps after 3 min, loss 2.345, dev 2.301, lr 0.1, 69.2 steps/s, 45 min left};
     * without what is not known.
     */
    String line(State state, long now) {
        var position = String.format(
                Locale.ROOT,
                "%s: %,d of %,d steps after %,d min",
                task,
                state.done,
                steps,
                TimeUnit.NANOSECONDS.toMinutes(passed(now)));
        return position + numbers(state, now, ", ", " steps/s");
    }

    /**
     * {@code deep │█████         │ 12,800/200,000 loss 2.345 dev 2.301 lr 0.1 69.2/s 45 min left}.
     *
     * @param columns the most that the line takes; the bar has what the texts left, and without room it is left out
     * @param full what the bar is drawn with
     */
    String bar(State state, long now, int columns, char full, char end) {
        var text = String.format(Locale.ROOT, "%,d/%,d", state.done, steps) + numbers(state, now, " ", "/s");
        longest = Math.max(longest, text.length());
        int room = columns - task.length() - longest - 2;
        var bar = "";
        if (room >= LEAST_BAR) {
            int inside = room - 2;
            int filled = steps == 0 ? inside : (int) (inside * Math.min(state.done, steps) / steps);
            bar = end + String.valueOf(full).repeat(filled) + " ".repeat(inside - filled) + end + " ";
        }
        var line = task + " " + bar + text;
        return line.length() <= columns ? line : line.substring(0, columns);
    }

    private String numbers(State state, long now, String between, String unit) {
        var numbers = new ArrayList<String>();
        addLoss(numbers, "loss", state.loss);
        addLoss(numbers, "dev", state.dev);
        if (!Double.isNaN(state.lr)) {
            // As a person writes it: 0.01, not 0.010000000000000002.
            numbers.add("lr " + (float) state.lr);
        }
        long made = state.done - state.first;
        double seconds = passed(now) / 1e9;
        if (made > 0 && seconds > 0) {
            double speed = made / seconds;
            numbers.add(speed(speed) + unit);
            if (state.done < steps) {
                numbers.add(duration(Duration.ofSeconds(Math.round((steps - state.done) / speed))) + " left");
            }
        }
        var text = new StringBuilder();
        numbers.forEach(number -> text.append(between).append(number));
        return text.toString();
    }

    private static void addLoss(List<String> numbers, String name, double loss) {
        if (!Double.isNaN(loss)) {
            numbers.add(String.format(Locale.ROOT, "%s %.3f", name, loss));
        }
    }

    private static String speed(double speed) {
        int decimals = speed >= 100 ? 0 : speed >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%,." + decimals + "f", speed);
    }

    private static String duration(Duration duration) {
        if (duration.toMinutes() < 1) {
            return duration.toSeconds() + " s";
        }
        if (duration.toHours() < 1) {
            return duration.toMinutes() + " min";
        }
        return String.format(Locale.ROOT, "%,d h %d min", duration.toHours(), duration.toMinutesPart());
    }
}
