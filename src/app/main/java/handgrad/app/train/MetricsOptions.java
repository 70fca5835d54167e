package handgrad.app.train;

import handgrad.app.command.Checks;
import handgrad.app.command.WrongInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the metrics of a run go besides its folder's metrics.jsonl. */
public final class MetricsOptions {
    @Option(
            names = "--metrics",
            paramLabel = "FILE",
            description = "Also write the metrics, as JSON lines, to this file.")
    private @Nullable Path file;

    @Option(
            names = "--tensorboard",
            description = "Also write them as event files for TensorBoard, into the folder tensorboard of the run.")
    private boolean tensorBoard;

    /** Refuses a file that cannot be written, before there is a run folder. */
    public void check() {
        if (file == null) {
            return;
        }
        Checks.notEmpty("--metrics", file);
        var parent = file.toAbsolutePath().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            throw new WrongInputException("--metrics: there is no folder " + file.getParent());
        }
        if (Files.isDirectory(file)) {
            throw new WrongInputException("--metrics: cannot write to " + file + ": Is a directory");
        }
    }

    /** The file that gets them as well; null for none. */
    @Nullable
    Path file() {
        return file;
    }

    /** Whether TensorBoard is to draw them. */
    boolean tensorBoard() {
        return tensorBoard;
    }
}
