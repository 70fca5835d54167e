package handgrad.app.train;

import handgrad.app.command.Progress;
import java.io.Closeable;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/** Shows the steps of a training: on the terminal, in lines of the log, and in the metrics. */
public final class TrainingLog implements TrainingLoop.Listener, Closeable {
    private static final int LONGEST_RATE = 6;

    private final int steps;
    private final int logEvery;
    private final TrainingLoop loop;
    private final Metrics metrics;
    private final RunConsole console;
    private final Progress progress;

    /**
     * A log of the steps of a loop.
     *
     * @param task what is trained, in a word
     * @param steps how many there are in all
     * @param logEvery how many lie between two lines of the log and of the metrics
     */
    public TrainingLog(String task, int steps, int logEvery, TrainingLoop loop, Metrics metrics, RunConsole console) {
        this.steps = steps;
        this.logEvery = logEvery;
        this.loop = loop;
        this.metrics = metrics;
        this.console = console;
        progress = new Progress(task, steps, console.quiet());
    }

    @Override
    public void step(SteppedTraining.Step done) {
        progress.step(done.step(), done.loss(), done.lr());
        if (Double.isFinite(done.loss()) && (done.step() % logEvery == 0 || done.step() == steps - 1)) {
            metrics.step(done.step(), done.loss(), done.lr(), loop.seconds());
            print(String.format(Locale.ROOT, "%,9d  %8.4f  %6s", done.step(), done.loss(), shortest(done.lr())));
        }
    }

    @Override
    public void evaluated(int steps, double dev) {
        var losses = new LinkedHashMap<String, Double>();
        losses.put("dev", dev);
        evaluated(steps, losses);
    }

    /**
     * The losses on several parts of the data after so many steps.
     *
     * @param losses by the name of the part; the last is the one that weights are chosen by
     */
    public void evaluated(int steps, SequencedMap<String, Double> losses) {
        progress.evaluated(losses.lastEntry().getValue());
        losses.forEach((part, loss) -> {
            if (Double.isFinite(loss)) {
                metrics.evaluation(steps, part, loss, loop.seconds());
            }
        });
        var texts = losses.entrySet().stream()
                .map(part -> String.format(Locale.ROOT, "%s %.4f", part.getKey(), part.getValue()))
                .collect(Collectors.joining(", "));
        print(String.format(
                Locale.ROOT, "%,9d  %s%s", steps, texts, loop.bestStep() == steps ? ", the best so far" : ""));
    }

    /** A rate as a person writes it: 0.01, not 0.010000000000000002; of one on a curve a few digits. */
    private static String shortest(double rate) {
        var text = Float.toString((float) rate);
        if (text.contains("E")) {
            text = new BigDecimal(text).stripTrailingZeros().toPlainString();
        }
        return text.length() <= LONGEST_RATE ? text : String.format(Locale.ROOT, "%.3e", rate);
    }

    /** Prints a line, unless the run is quiet. */
    public void print(String line) {
        if (!console.quiet()) {
            progress.log(console.out(), line);
        }
    }

    @Override
    public void close() {
        progress.close();
    }
}
