package handgrad.app.command;

import java.io.Closeable;
import java.io.PrintWriter;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Shows on standard error how far a long command is: by a bar on a terminal, elsewhere by one line a minute. The bar is
 * drawn by a thread of its own, so it and the lines of a log take turns by a lock.
 */
public final class Progress implements Closeable {
    /** One less than a terminal has at least: some wrap at the last column. */
    private static final int WIDTH = 79;

    private static final String TERMINAL = "handgrad.terminal";
    private static final String ERASE_LINE = "\r\033[K";

    private final @Nullable ProgressBar bar;
    private final @Nullable ProgressLines lines;
    private volatile ProgressText.State state;
    private double dev = Double.NaN;

    /** The step that was told of first; negative until then. */
    private int first = -1;

    private boolean closed;

    /**
     * Begins to show so many steps.
     *
     * @param quiet whether to show nothing
     */
    public Progress(String task, long steps, boolean quiet) {
        boolean terminal = Boolean.getBoolean(TERMINAL);
        var text = new ProgressText(task, steps, System.nanoTime());
        state = new ProgressText.State(0, 0, Double.NaN, Double.NaN, Double.NaN);
        lines = quiet || terminal ? null : new ProgressLines(text);
        bar = quiet || !terminal ? null : bar(text);
    }

    private ProgressBar bar(ProgressText text) {
        boolean blocks = System.err.charset().newEncoder().canEncode('█');
        return new ProgressBarBuilder()
                .setRenderer((_, columns) ->
                        text.bar(state, System.nanoTime(), columns, blocks ? '█' : '=', blocks ? '│' : '|'))
                .setUpdateIntervalMillis(250)
                .continuousUpdate()
                .setConsumer(new DelegatingProgressBarConsumer(this::draw, WIDTH))
                .build();
    }

    private synchronized void draw(String line) {
        if (!closed) {
            System.err.print("\r" + line + "\033[K");
            System.err.flush();
        }
    }

    /**
     * Says that a step is done. The first that is told of begins where the training does, also in its middle.
     *
     * @param step its number, from 0
     * @param loss of its batch
     * @param lr its learning rate
     */
    public void step(int step, double loss, double lr) {
        if (first < 0) {
            first = step;
        }
        show(new ProgressText.State(first, step + 1L, loss, dev, lr));
    }

    /** Says what the loss on dev is now; it is shown from the next step on. */
    public void evaluated(double dev) {
        this.dev = dev;
    }

    /** Says how many steps are done. */
    public void done(long steps) {
        show(new ProgressText.State(0, steps, Double.NaN, Double.NaN, Double.NaN));
    }

    private void show(ProgressText.State newer) {
        state = newer;
        if (lines != null) {
            print(newer);
        }
    }

    private synchronized void print(ProgressText.State newer) {
        if (lines != null) {
            lines.line(newer, System.nanoTime()).ifPresent(System.err::println);
        }
    }

    /** Prints a line where the bar is; the bar comes back below it. */
    public synchronized void log(PrintWriter out, String line) {
        erase();
        out.println(line);
        out.flush();
    }

    /** Prints a line on standard error, from any thread; a bar that is there comes back below it. */
    static void note(PrintWriter err, String line) {
        err.print((Boolean.getBoolean(TERMINAL) ? ERASE_LINE : "") + line + System.lineSeparator());
        err.flush();
    }

    private void erase() {
        if (bar != null) {
            System.err.print(ERASE_LINE);
            System.err.flush();
        }
    }

    /** Takes the bar off the terminal. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            erase();
        }
        if (bar != null) {
            bar.close();
        }
    }
}
