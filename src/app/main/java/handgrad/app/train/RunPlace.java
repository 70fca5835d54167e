package handgrad.app.train;

import handgrad.app.command.WrongInputException;
import handgrad.io.CheckpointFolder;
import handgrad.io.SafetensorsException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.IntPredicate;

/**
 * A run folder that belongs to this process until it is closed, with the run that it begins or goes on with.
 *
 * @param folder the folder
 * @param lock keeps others out
 * @param options of the run
 * @param digest of its data
 * @param before how many steps were asked for when it was started before; 0 for a new run
 * @param hasCheckpoint whether there is a checkpoint to go on from
 * @param metricsOptions where the metrics go besides
 */
public record RunPlace(
        RunFolder folder,
        RunLock lock,
        RunOptions options,
        String digest,
        int before,
        boolean hasCheckpoint,
        MetricsOptions metricsOptions)
        implements Closeable {
    /**
     * Takes a folder for a run: a new one, or one that was started there before and has not ended.
     *
     * @param option that names the folder
     * @param digest of the data
     * @throws WrongInputException if another process has it, it holds a run of other options, or a finished one
     */
    public static RunPlace take(
            String option,
            RunFolder folder,
            RunOptions options,
            String digest,
            MetricsOptions metricsOptions,
            RunConsole console) {
        var lock = RunLock.take(option, folder.path());
        try {
            int before = folder.isStarted(option) ? options.requireAlike(folder.optionsFile(), digest) : 0;
            if (before > 0 && folder.isFinished(option, options)) {
                throw new WrongInputException(String.format(
                        Locale.ROOT,
                        "%s: %s holds a finished run of %,d steps; give more --steps to go on with it, or name another"
                                + " folder",
                        option,
                        folder.path(),
                        options.steps()));
            }
            var checkpoint = new CheckpointFolder(folder.path(), 1).newest(console::warn);
            folder.warning().ifPresent(console.err()::println);
            folder.start(option, options, digest);
            return new RunPlace(folder, lock, options, digest, before, checkpoint.isPresent(), metricsOptions);
        } catch (SafetensorsException exception) {
            close(lock);
            throw new WrongInputException(option + ": " + RunFolder.reason(exception));
        } catch (RuntimeException exception) {
            close(lock);
            throw exception;
        }
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
        lock.renew();
        folder.repair(options, digest);
    }

    /** The command that goes on with the run. */
    public String command() {
        return "./handgrad " + options.command() + " --resume "
                + RepeatCommand.quoted(folder.path().toString());
    }

    /** Lets the metrics go on where the training does: from the start, or after so many steps. */
    public void startMetrics(Metrics metrics, int step, int logEvery) {
        // The last step of a run that is prolonged was logged for being the last.
        IntPredicate logged = each -> each != before - 1 || each % logEvery == 0 || each == options.steps() - 1;
        startMetrics("--out", folder.metrics(), metrics, step, logged);
        var more = metricsOptions.file();
        if (more != null) {
            startMetrics("--metrics", more, metrics, step, logged);
        }
        if (metricsOptions.tensorBoard()) {
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
        lock.close();
    }
}
