package handgrad.app.command;

import java.io.Closeable;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows on standard error how far a long command is: by a bar on a terminal, elsewhere by one line a minute. The bar is
 * drawn by a thread of its own, so it and the lines of a log take turns by a lock.
 */
public final class Progress implements Closeable {
    /** One less than a terminal has at least: some wrap at the last column. */
    private static final int WIDTH = 79;

    /** How many steps pass between two updates of the bar: it is drawn a few times a second at most. */
    private static final int EVERY = 256;

    private static final String ERASE_LINE = "\r\033[K";

    private final @Nullable ProgressBar bar;
    private final @Nullable ProgressLines lines;
    private boolean closed;

    /**
     * Begins to show so many steps.
     *
     * @param quiet whether to show nothing
     */
    public Progress(String task, long steps, boolean quiet) {
        boolean terminal = Boolean.getBoolean("handgrad.terminal");
        lines = quiet || terminal ? null : new ProgressLines(task, steps, System.nanoTime());
        bar = quiet || !terminal
                ? null
                : new ProgressBarBuilder()
                        .setTaskName(task)
                        .setInitialMax(steps)
                        .setStyle(style())
                        .setUpdateIntervalMillis(250)
                        .setConsumer(new DelegatingProgressBarConsumer(this::draw, WIDTH))
                        .build();
    }

    private static ProgressBarStyle style() {
        boolean blocks = System.err.charset().newEncoder().canEncode('█');
        return blocks ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII;
    }

    private synchronized void draw(String line) {
        if (!closed) {
            System.err.print("\r" + line);
            System.err.flush();
        }
    }

    /** Says that a step is done, with the loss of its batch. */
    public void step(int step, double loss) {
        print(step + 1L, loss);
        if (bar != null && step % EVERY == 0) {
            bar.stepTo(step);
            bar.setExtraMessage(String.format(Locale.ROOT, " loss %.3f", loss));
        }
    }

    /** Says how many steps are done. */
    public void done(long steps) {
        print(steps, Double.NaN);
        if (bar != null) {
            bar.stepTo(steps);
        }
    }

    private synchronized void print(long done, double loss) {
        if (lines != null) {
            lines.line(done, loss, System.nanoTime()).ifPresent(System.err::println);
        }
    }

    /** Prints a line where the bar is; the bar comes back below it. */
    public synchronized void log(PrintWriter out, String line) {
        erase();
        out.println(line);
        out.flush();
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
