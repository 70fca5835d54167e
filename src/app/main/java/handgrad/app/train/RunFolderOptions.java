package handgrad.app.train;

import handgrad.app.command.Checks;
import handgrad.app.command.WrongInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The folder of a run that is begun or gone on with. */
public final class RunFolderOptions {
    private static final String OUT = "--out";
    private static final String RESUME = "--resume";

    @Option(
            names = OUT,
            paramLabel = "DIR",
            description = "The run folder; without it a new one under runs. If it holds this run already, and not its"
                    + " end, the training goes on from its last checkpoint.")
    private @Nullable Path out;

    @Option(
            names = RESUME,
            paramLabel = "DIR",
            description = "Go on with the run in this folder, with its options; --steps may grow.")
    private @Nullable Path resume;

    /** Whether a run is gone on with that the options name. */
    public boolean isResumed() {
        return resume != null;
    }

    /** The option that names the folder; errors begin with it. */
    String name() {
        return resume == null ? OUT : RESUME;
    }

    /**
     * The options.json of the run to go on with; empty where none is named.
     *
     * @param command that the run must be of
     * @throws WrongInputException if there is none in the folder
     */
    public Optional<Path> resumed(String command) {
        if (resume == null) {
            return Optional.empty();
        }
        Checks.notEmpty(RESUME, resume);
        if (out != null) {
            throw new WrongInputException("--resume goes on in the folder that it names: leave out --out");
        }
        if (!Files.isDirectory(resume)) {
            throw new WrongInputException("--resume: there is no folder " + resume);
        }
        var file = new RunFolder(resume).optionsFile();
        if (!Files.exists(file)) {
            throw new WrongInputException(
                    "--resume: " + resume + " is no run folder of " + command + ": it has no options.json");
        }
        return Optional.of(file);
    }

    /** The folder, a new one of this name under runs where none is named. */
    RunFolder folder(String newName) {
        var named = resume == null ? out : resume;
        if (named == null) {
            return RunFolder.next(newName);
        }
        Checks.notEmpty(name(), named);
        return new RunFolder(named);
    }
}
