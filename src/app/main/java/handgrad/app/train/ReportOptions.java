package handgrad.app.train;

import handgrad.app.command.Checks;
import handgrad.app.command.WrongInputException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is to become of the page of a run. */
public final class ReportOptions {
    @Option(
            names = "--report",
            negatable = true,
            fallbackValue = "true",
            description = "Write the page report.html into the run folder, or do not. Without it: written if the"
                    + " training has the model's own steps or more, or if --open or --serve asks for it.")
    private @Nullable Boolean report;

    @Option(names = "--open", description = "Open the page in the browser: at the end, or with --serve at once.")
    private boolean open;

    @Option(
            names = "--serve",
            paramLabel = "PORT",
            description = "Show the page live while training, to this machine only; 0 picks a free port.")
    private @Nullable Integer port;

    /** Refuses what cannot be done. */
    public void check() {
        if (port != null) {
            Checks.port("--serve", port);
        }
        if (Boolean.FALSE.equals(report) && (open || port != null)) {
            throw new WrongInputException(
                    (open ? "--open" : "--serve") + " shows the report that --no-report turns off");
        }
    }

    /**
     * Whether a run is to have a page.
     *
     * @param isFull whether it has the steps of a full training
     */
    boolean wanted(boolean isFull) {
        return report == null ? open || port != null || isFull : report;
    }

    boolean open() {
        return open;
    }

    @Nullable
    Integer port() {
        return port;
    }
}
