package handgrad.app.train;

import handgrad.app.command.Checks;
import handgrad.tensor.Backend;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many threads a training takes. */
public final class ThreadsOption {
    private static final int MOST = 1024;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of large operations; without it one for each processor that the process may use, or"
                    + " SLURM_CPUS_PER_TASK where that is less. Does not change results.")
    private @Nullable Integer threads;

    /** Takes so many threads from now on, if a number was given; refuses one without a meaning. */
    public void apply() {
        if (threads != null) {
            Checks.between(1, MOST, "--threads", threads);
            Backend.setThreads(threads);
        }
    }
}
