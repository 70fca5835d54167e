package handgrad.app.command;

import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** How far a long command is, as one line a minute, for where there is no terminal to draw a bar on. */
final class ProgressLines {
    private final ProgressText text;
    private long minutes;

    ProgressLines(ProgressText text) {
        this.text = text;
    }

    /**
     * The line to print after a step, if a minute began since the last.
     *
     * @param now as {@link System#nanoTime} gives it
     */
    Optional<String> line(ProgressText.State state, long now) {
        long passed = TimeUnit.NANOSECONDS.toMinutes(text.passed(now));
        if (passed <= minutes) {
            return Optional.empty();
        }
        minutes = passed;
        return Optional.of("handgrad: " + text.line(state, now));
    }
}
