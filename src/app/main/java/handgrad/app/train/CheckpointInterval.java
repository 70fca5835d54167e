package handgrad.app.train;

import handgrad.app.command.WrongInputException;
import handgrad.file.PrintableText;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** When a training is saved: after every so many steps, or when so much time has passed since it was saved last. */
public sealed interface CheckpointInterval {
    /** After every so many steps. */
    record Steps(int steps) implements CheckpointInterval {
        @Override
        public boolean isDue(int step, long nanos) {
            return step % steps == 0;
        }
    }

    /** After the step in which so many nanoseconds have passed. */
    record Time(long limit) implements CheckpointInterval {
        @Override
        public boolean isDue(int step, long nanos) {
            return nanos >= limit;
        }
    }

    /**
     * Whether the training is to be saved now.
     *
     * @param step the steps that are done
     * @param nanos the time since it was saved, or began
     */
    boolean isDue(int step, long nanos);

    /**
     * The value of an option: a number of steps, or a time, a number with s, m or h behind it.
     *
     * @throws WrongInputException if it is neither, or 0
     */
    static CheckpointInterval parse(String option, String text) {
        var parts =
                Pattern.compile("0*(?<number>[1-9][0-9]{0,8})(?<unit>[smh]?)").matcher(text);
        if (!parts.matches()
                || (!parts.group("unit").isEmpty() && parts.group("number").length() > 5)) {
            throw new WrongInputException(option + " must be a number of steps from 1 to 999,999,999, such as 500, or a"
                    + " time up to 99,999h, such as 60s, 5m or 1h; it is '" + PrintableText.excerpt(text) + "'");
        }
        int number = Integer.parseInt(parts.group("number"));
        return switch (parts.group("unit")) {
            case "s" -> new Time(TimeUnit.SECONDS.toNanos(number));
            case "m" -> new Time(TimeUnit.MINUTES.toNanos(number));
            case "h" -> new Time(TimeUnit.HOURS.toNanos(number));
            default -> new Steps(number);
        };
    }
}
