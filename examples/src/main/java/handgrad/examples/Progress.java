package handgrad.examples;

import java.io.Closeable;
import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar on the standard error of a terminal; elsewhere it shows nothing. */
final class Progress implements Closeable {
    private static final int WIDTH = 80;

    /** How many steps pass between two updates of the bar: it is drawn a few times a second at most. */
    private static final int EVERY = 256;

    private final @Nullable ProgressBar bar;

    private Progress(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    /** A bar for this many steps. */
    static Progress of(String task, int steps, boolean quiet) {
        if (quiet || !Boolean.getBoolean("handgrad.terminal")) {
            return new Progress(null);
        }
        return new Progress(new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(steps)
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setUpdateIntervalMillis(250)
                .clearDisplayOnFinish()
                .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
                .build());
    }

    /** Says that a step is done, with the loss of its batch. */
    void step(int step, double loss) {
        if (bar != null && step % EVERY == 0) {
            bar.stepTo(step);
            bar.setExtraMessage(" loss %.3f".formatted(loss));
        }
    }

    /** Makes room for a line on the terminal, which the bar would otherwise share. */
    void clear(PrintStream terminal) {
        if (bar != null) {
            terminal.print("\r\033[K");
            terminal.flush();
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
