package handgrad.app.train;

import handgrad.app.command.WrongInputException;
import handgrad.io.CheckpointFolder;
import handgrad.io.SafetensorsException;
import handgrad.nn.Collective;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A run folder that belongs to this process until it is closed, with the run that it begins or goes on with; or that of
 * rank 0, which this process, another rank of the same training, only reads.
 *
 * @param option that names the folder; errors begin with it
 * @param folder the folder
 * @param lock keeps others out; null where the folder is another rank's
 * @param options of the run
 * @param digest of its data
 * @param logEvery how many steps lie between two lines of its log and of its metrics
 * @param stepsBefore how many steps were asked for when it was started before; 0 for a new run
 * @param checkpoint what the run goes on from; null where there is none
 */
public record RunPlace(
        String option,
        RunFolder folder,
        @Nullable RunLock lock,
        RunOptions options,
        String digest,
        int logEvery,
        int stepsBefore,
        @Nullable Path checkpoint)
        implements Closeable {
    /**
     * Takes a folder for a run: a new one, or one that was started there before and has not ended.
     *
     * @param named says which folder
     * @param digest of the data
     * @param checkpointBytes how large a checkpoint is, nearly
     * @param logEvery as it is asked for; null for what the run had, or for the default where it is new
     * @throws WrongInputException if another process has it, it holds a run of other options or a finished one, or its
     *     disk has no room
     */
    public static RunPlace take(
            RunFolderOptions named,
            RunOptions options,
            String digest,
            long checkpointBytes,
            SavingOptions saving,
            @Nullable Integer logEvery,
            RunConsole console) {
        var option = named.name();
        var folder = named.folder(options.name());
        var lock = RunLock.take(option, folder.path());
        try {
            boolean isStarted = folder.isStarted(option);
            int before = isStarted ? options.requireAlike(folder.optionsFile(), digest) : 0;
            if (isStarted && folder.isFinished(option, options)) {
                throw isFinished(option, folder.path(), options.steps());
            }
            DiskSpace.requireRoom(option, folder.path(), checkpointBytes, saving.keep());
            var checkpoint = new CheckpointFolder(folder.path(), saving.keep()).newest(console::warn);
            folder.warning().ifPresent(console.err()::println);
            int own = isStarted ? OptionsFile.logEvery(folder.optionsFile(), options.logEvery()) : options.logEvery();
            int every = logEvery == null ? own : logEvery;
            folder.start(option, options, digest, every);
            return new RunPlace(option, folder, lock, options, digest, every, before, checkpoint.orElse(null));
        } catch (SafetensorsException exception) {
            close(lock);
            throw new WrongInputException(option + ": " + RunFolder.reason(exception));
        } catch (RuntimeException exception) {
            close(lock);
            throw exception;
        }
    }

    /**
     * Takes a folder for a run of several ranks, at rank 0, and tells the others of it.
     *
     * @throws WrongInputException as for one rank, at rank 0
     */
    public static RunPlace take(
            Collective ranks,
            RunFolderOptions named,
            RunOptions options,
            String digest,
            long checkpointBytes,
            SavingOptions saving,
            @Nullable Integer logEvery,
            RunConsole console) {
        if (ranks.rank() == 0) {
            var place = take(named, options, digest, checkpointBytes, saving, logEvery, console);
            try {
                ranks.barrier();
                ranks.broadcast(place.folder.path().toAbsolutePath() + "\0"
                        + (place.checkpoint == null ? "" : place.checkpoint.toAbsolutePath()));
                return place;
            } catch (RuntimeException exception) {
                close(Objects.requireNonNull(place.lock));
                throw exception;
            }
        }
        ranks.barrier();
        var paths = ranks.broadcast("").split("\0", -1);
        return new RunPlace(
                named.name(),
                new RunFolder(Path.of(paths[0])),
                null,
                options,
                digest,
                options.logEvery(),
                0,
                paths[1].isEmpty() ? null : Path.of(paths[1]));
    }

    /** Whether this process writes to the folder. */
    public boolean isOwn() {
        return lock != null;
    }

    private static WrongInputException isFinished(String option, Path folder, int steps) {
        return new WrongInputException(
                steps == 0
                        ? "%s: %s holds a finished run; name another folder".formatted(option, folder)
                        : String.format(
                                Locale.ROOT,
                                "%s: %s holds a finished run of %,d steps; give more --steps to go on with it, or name"
                                        + " another folder",
                                option,
                                folder,
                                steps));
    }

    private static void close(RunLock lock) {
        try {
            lock.close();
        } catch (IOException exception) {
            throw new IllegalStateException("a lock cannot be given back", exception);
        }
    }

    /** Makes the folder again, where somebody has removed it. */
    public void repair() throws IOException {
        Objects.requireNonNull(lock).renew();
        folder.repair(options, digest, logEvery);
    }

    /** The command that goes on with the run. */
    public String command() {
        return "./handgrad " + options.command() + " --resume "
                + RepeatCommand.quoted(folder.path().toString());
    }

    /**
     * Lets the metrics go on where the training does: from the start, or after so many steps.
     *
     * @param more where they go besides
     */
    public void startMetrics(Metrics metrics, MetricsOptions more, int step) {
        if (!isOwn()) {
            return;
        }
        // The last step of a run that is prolonged was logged for being the last.
        IntPredicate logged = each -> each != stepsBefore - 1 || each % logEvery == 0 || each == options.steps() - 1;
        startMetrics(option, folder.metrics(), metrics, step, logged);
        var file = more.file();
        if (file != null) {
            startMetrics("--metrics", file, metrics, step, logged);
        }
        if (more.tensorBoard()) {
            metrics.addTensorBoard(folder.path());
        }
    }

    private static void startMetrics(String option, Path file, Metrics metrics, int step, IntPredicate logged) {
        try {
            if (step > 0 && Files.exists(file)) {
                Metrics.cut(file, step, logged);
                metrics.continueFile(file);
            } else {
                metrics.addFile(file);
            }
        } catch (IOException exception) {
            throw new WrongInputException(option + ": cannot write to " + file + ": " + RunFolder.reason(exception));
        }
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.close();
        }
    }
}
