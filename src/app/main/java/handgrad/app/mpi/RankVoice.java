package handgrad.app.mpi;

import handgrad.mpi.Launcher;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where messages of this process go. What fails in all ranks, such as a wrong option, is said once: the ranks of a
 * launcher keep their words until they end, except for rank 0. After a failure they wait a while, in which rank 0 ends
 * them if it failed as well, and speak if it does not.
 */
public final class RankVoice {
    private static final Duration WAIT = Duration.ofSeconds(3);

    private final PrintWriter target;
    private final @Nullable StringWriter kept;

    /**
     * For the rank that this process is.
     *
     * @param target standard error
     */
    public RankVoice(PrintWriter target) {
        this(target, MpiRanks.isOneProgram() && Launcher.current().orElseThrow().rank() > 0);
    }

    RankVoice(PrintWriter target, boolean keeps) {
        this.target = target;
        kept = keeps ? new StringWriter() : null;
    }

    /** Where a command writes its messages. */
    public PrintWriter writer() {
        return kept == null ? target : new PrintWriter(kept, true);
    }

    /** Says what was kept, as the last act of this process. */
    public void end(boolean failed) {
        if (kept == null) {
            return;
        }
        if (failed) {
            try {
                Thread.sleep(WAIT);
            } catch (InterruptedException interruption) {
                Thread.currentThread().interrupt();
            }
        }
        target.print(kept);
        target.flush();
    }
}
