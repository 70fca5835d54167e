package handgrad.app.train;

import handgrad.nn.Layer;
import picocli.CommandLine;

/** The model that a training of the lectures ends with, without its run folder, evaluation and samples. */
public final class LectureWeights {
    private LectureWeights() {}

    /**
     * Trains on the bundled names.
     *
     * @param arguments what stands behind {@code train} on the command line
     */
    public static Layer after(String... arguments) {
        var command = new TrainCommand();
        new CommandLine(command).parseArgs(arguments);
        return command.trained();
    }
}
