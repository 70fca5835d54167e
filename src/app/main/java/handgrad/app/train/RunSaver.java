package handgrad.app.train;

import handgrad.app.command.FailedException;
import handgrad.app.command.WrongInputException;
import handgrad.io.Checkpoint;
import handgrad.io.CheckpointFolder;
import handgrad.io.SafetensorsException;
import handgrad.io.TrainingState;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Saves a training into its run folder, when it is time, and goes on from what it saved. A checkpoint that cannot be
 * written ends no training: that is said once, those before it stay, and the next one is tried.
 */
public final class RunSaver {
    private final RunPlace place;
    private final CheckpointFolder checkpoints;
    private final CheckpointInterval interval;
    private final TrainingState state;
    private final RunConsole console;
    private @Nullable Path last;
    private int lastStep = -1;
    private long lastNanos = System.nanoTime();
    private boolean warned;

    /** A saver of the training in this folder. */
    public RunSaver(RunPlace place, TrainingState state, SavingOptions options, RunConsole console) {
        this.place = place;
        this.state = state;
        this.console = console;
        checkpoints = new CheckpointFolder(place.folder().path(), options.keep());
        interval = options.interval();
    }

    /**
     * Sets the training to the checkpoint that the run goes on from.
     *
     * @return the checkpoint; empty where there is none
     * @throws WrongInputException if it is that of another training, or cannot be read
     */
    public Optional<Path> resume() {
        var checkpoint = place.checkpoint();
        if (checkpoint == null) {
            return Optional.empty();
        }
        try {
            Checkpoint.read(checkpoint, state);
            isSaved(checkpoint);
            return Optional.of(checkpoint);
        } catch (SafetensorsException | IllegalArgumentException exception) {
            throw new WrongInputException(String.valueOf(exception.getMessage()));
        }
    }

    private void isSaved(Path file) {
        last = file;
        lastStep = state.step();
    }

    /** Whether it is time to save. */
    public boolean isDue() {
        return place.isOwn() && interval.isDue(state.step(), System.nanoTime() - lastNanos);
    }

    /** Saves the training, unless its weights are not finite: then the last finite ones stay. */
    public void save() {
        if (lastStep != state.step() && state.isFinite()) {
            trySave();
        }
        // Also after a failure: a disk that is full is not tried again at every step.
        lastNanos = System.nanoTime();
    }

    private void trySave() {
        if (!place.isOwn()) {
            isSaved(place.folder().path()); // by rank 0
            return;
        }
        try {
            place.repair();
            isSaved(checkpoints.write(state));
            warned = false;
        } catch (IOException exception) {
            warnOnce("step %,d is not saved", exception);
        }
    }

    /** Saves the training as the best so far. */
    public void saveBest() {
        if (!place.isOwn()) {
            return;
        }
        try {
            place.repair();
            Checkpoint.write(place.folder().best(), state);
        } catch (IOException exception) {
            warnOnce("the best weights, of step %,d, are not saved", exception);
        }
    }

    /** The weights of the training that was saved as the best. */
    Map<String, Tensor> bestWeights() throws SafetensorsException {
        return Checkpoint.weights(place.folder().best()).tensors();
    }

    private void warnOnce(String problem, IOException exception) {
        if (!warned) {
            warned = true;
            console.warn(String.format(Locale.ROOT, problem, state.step()) + ": " + RunFolder.reason(exception)
                    + "; the training goes on, " + whatIsSaved() + ", and saving is tried again");
        }
    }

    /** What is saved, in words. */
    public String whatIsSaved() {
        return last().map(file -> "step %,d is saved in %s".formatted(lastStep, file))
                .orElse("nothing is saved yet");
    }

    /** The last checkpoint that was written or read, if it is still there. */
    public Optional<Path> last() {
        return Optional.ofNullable(last).filter(Files::exists);
    }

    /** The command that goes on with the run. */
    public String command() {
        return place.command();
    }

    /**
     * Saves the training after its last step.
     *
     * @throws FailedException if that cannot be done; the message says what is saved and how to go on
     */
    public void saveAtTheEnd() {
        save();
        if (lastStep != state.step()) {
            throw new FailedException("the last step, %,d, cannot be saved; %s; make room, then %s goes on from there"
                    .formatted(state.step(), whatIsSaved(), place.command()));
        }
    }
}
