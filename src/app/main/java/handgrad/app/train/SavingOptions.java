package handgrad.app.train;

import handgrad.app.command.Checks;
import picocli.CommandLine.Option;

/** How often a training is saved, so that it goes on from there when it was interrupted. */
public final class SavingOptions {
    private static final String EVERY = "--checkpoint-every";
    private static final String KEEP = "--keep";

    @Option(
            names = EVERY,
            paramLabel = "N",
            defaultValue = "60s",
            description = "Save a checkpoint every N steps, or every 60s, 5m or 1h; default ${DEFAULT-VALUE}.")
    private String every = "60s";

    @Option(
            names = KEEP,
            paramLabel = "N",
            defaultValue = "2",
            description = "Checkpoints that stay, the last ones; default ${DEFAULT-VALUE}.")
    private int keep = 2;

    /** Refuses values without a meaning. */
    public void check() {
        Checks.atLeast(1, KEEP, keep);
        interval();
    }

    /** How often a checkpoint is written. */
    public CheckpointInterval interval() {
        return CheckpointInterval.parse(EVERY, every);
    }

    /** How many of the last checkpoints stay. */
    public int keep() {
        return keep;
    }
}
