package handgrad.app.train;

import handgrad.app.command.UserFile;
import handgrad.app.command.WrongInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The metrics of a run as its file has them, each kind in the order of the lines.
 *
 * @param steps losses of batches
 * @param evaluations losses on the way
 * @param finals losses after the last step; none of a run that has not reached it
 */
record MetricsFile(
        List<MetricsLine.Step> steps, List<MetricsLine.Evaluated> evaluations, List<MetricsLine.Final> finals) {
    private static final int MAXIMUM_BYTES = 1 << 29;

    /**
     * Reads the metrics of a run, also of a version without seconds. A last line that was not written to its end is
     * left out.
     *
     * @throws WrongInputException if the file cannot be read, or has a line that is none of metrics
     */
    static MetricsFile read(Path file) {
        var metrics = new MetricsFile(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (var line : lines(file)) {
            switch (line) {
                case MetricsLine.Step step -> metrics.steps.add(step);
                case MetricsLine.Evaluated evaluated -> metrics.evaluations.add(evaluated);
                case MetricsLine.Final last -> metrics.finals.add(last);
            }
        }
        return metrics;
    }

    /** All lines in their order. */
    static List<MetricsLine> lines(Path file) {
        var text = new UserFile("", file, "the metrics of a run").text(MAXIMUM_BYTES);
        var lines = new ArrayList<MetricsLine>();
        for (int start = 0; start < text.length(); ) {
            int newline = text.indexOf('\n', start);
            int end = newline < 0 ? text.length() : newline;
            try {
                lines.add(MetricsLine.of(file + ", line " + (lines.size() + 1), text.substring(start, end)));
            } catch (WrongInputException exception) {
                // What follows the last end of a line was being written when the training was killed.
                if (newline >= 0) {
                    throw exception;
                }
            }
            start = end + 1;
        }
        return lines;
    }
}
