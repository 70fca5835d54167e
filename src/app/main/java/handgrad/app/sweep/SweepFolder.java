package handgrad.app.sweep;

import handgrad.app.command.FailedException;
import handgrad.app.command.UserFile;
import handgrad.app.command.WrongInputException;
import handgrad.app.train.RunFolder;
import handgrad.app.train.RunOutcome;
import handgrad.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The folder of a sweep: {@code sweep.csv}, the file that it was last run with; for each run its folder in
 * {@code runs}, what it printed in {@code logs} and, where it failed, the line that says why in {@code failed}; and,
 * once merged, {@code results.csv} and {@code report.html}.
 *
 * @param path the folder
 */
record SweepFolder(Path path) {
    private static final int MAXIMUM_BYTES = 1 << 16;

    Path file() {
        return path.resolve("sweep.csv");
    }

    Path run(SweepRun run) {
        return path.resolve("runs").resolve(run.name());
    }

    Path log(SweepRun run) {
        return path.resolve("logs").resolve(run.name() + ".log");
    }

    Path results() {
        return path.resolve("results.csv");
    }

    Path report() {
        return path.resolve("report.html");
    }

    private Path failed(SweepRun run) {
        return path.resolve("failed").resolve(run.name() + ".txt");
    }

    /** Makes the folder, with a copy of the file, by which its results are merged. */
    void begin(String text) {
        try {
            for (var name : new String[] {"runs", "logs", "failed"}) {
                Files.createDirectories(path.resolve(name));
            }
            AtomicFile.write(file(), text);
        } catch (IOException exception) {
            throw new WrongInputException("--out: cannot write to " + path + ": " + RunFolder.reason(exception));
        }
    }

    /** What a run came to; empty where it is not finished. */
    Optional<RunOutcome> outcome(SweepRun run) {
        var file = new RunFolder(run(run)).outcome();
        return Files.exists(file) ? Optional.of(RunOutcome.read(file)) : Optional.empty();
    }

    /** Why a run failed; empty where it did not. */
    Optional<String> failure(SweepRun run) {
        var file = failed(run);
        return Files.exists(file)
                ? Optional.of(new UserFile("", file, "why a run failed")
                        .text(MAXIMUM_BYTES)
                        .strip())
                : Optional.empty();
    }

    /** Notes why a run failed. */
    void fail(SweepRun run, String why) {
        try {
            AtomicFile.write(failed(run), why + "\n");
        } catch (IOException exception) {
            throw new FailedException("cannot write to " + failed(run) + ": " + RunFolder.reason(exception));
        }
    }

    /** Forgets a failure, as the run is tried again. */
    void forgetFailure(SweepRun run) {
        try {
            Files.deleteIfExists(failed(run));
        } catch (IOException exception) {
            throw new FailedException("cannot delete " + failed(run) + ": " + RunFolder.reason(exception));
        }
    }
}
