package handgrad.app.sweep;

import handgrad.app.command.WrongInputException;
import handgrad.file.PrintableText;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A share of a sweep.
 *
 * @param number which of them, from 1
 * @param count how many there are
 */
record SweepTask(int number, int count) {
    /** The whole. */
    static final SweepTask ALL = new SweepTask(1, 1);

    private static final Pattern TEXT = Pattern.compile("([0-9]{1,7})/([0-9]{1,7})");

    /** Reads {@code i/n}. */
    static SweepTask of(String text) {
        var matcher = TEXT.matcher(text);
        if (matcher.matches()) {
            var task = new SweepTask(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
            if (task.number >= 1 && task.number <= task.count) {
                return task;
            }
        }
        throw new WrongInputException(
                "--task must be i/n, with i from 1 to n, such as 1/4; it is '" + PrintableText.excerpt(text) + "'");
    }

    /** Its runs: every nth, so that the shares are alike where neighbours in the file are. */
    List<SweepRun> of(List<SweepRun> runs) {
        return IntStream.range(0, runs.size())
                .filter(i -> i % count == number - 1)
                .mapToObj(runs::get)
                .toList();
    }
}
