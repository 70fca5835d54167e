package handgrad.app.command;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** How far a long command is, as one line a minute, for where there is no terminal to draw a bar on. */
final class ProgressLines {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final String task;
    private final long steps;
    private final long start;
    private long minutes;

    /**
     * Begins at 0 steps of so many.
     *
     * @param now as {@link System#nanoTime} gives it
     */
    ProgressLines(String task, long steps, long now) {
        this.task = task;
        this.steps = steps;
        start = now;
    }

    /**
     * The line to print after a step, {@code handgrad: deep: 12,800 of 200,000 steps after 3 min, loss 2.345}, if a
     * minute began since the last.
     *
     * @param done the steps done
     * @param loss of the step; NaN where the command has none
     */
    Optional<String> line(long done, double loss, long now) {
        long passed = (now - start) / MINUTE;
        if (passed <= minutes) {
            return Optional.empty();
        }
        minutes = passed;
        var line =
                String.format(Locale.ROOT, "handgrad: %s: %,d of %,d steps after %,d min", task, done, steps, minutes);
        return Optional.of(Double.isNaN(loss) ? line : line + String.format(Locale.ROOT, ", loss %.3f", loss));
    }
}
