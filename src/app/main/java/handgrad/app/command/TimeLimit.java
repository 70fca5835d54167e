package handgrad.app.command;

import java.time.Duration;

/** How long a user's code may run. */
public final class TimeLimit {
    /** A day: longer than any lesson. */
    private static final int MOST = 86_400;

    private TimeLimit() {}

    /**
     * The value of {@code --time-limit}.
     *
     * @param seconds from 1 to 86,400
     * @throws WrongInputException for others
     */
    public static Duration of(int seconds) {
        Checks.between(1, MOST, "--time-limit", seconds);
        return Duration.ofSeconds(seconds);
    }
}
