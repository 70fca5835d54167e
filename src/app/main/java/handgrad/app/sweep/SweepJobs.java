package handgrad.app.sweep;

import handgrad.app.command.FailedException;
import handgrad.app.command.StopSignal;
import handgrad.app.command.StopSignals;
import handgrad.app.command.StoppedException;
import handgrad.app.command.WrongInputException;
import handgrad.app.report.NumberText;
import handgrad.app.train.RunFolder;
import handgrad.app.train.RunLock;
import handgrad.file.PrintableText;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Runs the trainings of a sweep in processes, several at a time. */
final class SweepJobs {
    private static final Duration POLL = Duration.ofMillis(100);

    /** How long the process of a sweep that was killed may take to be gone. */
    private static final Duration LEFTOVER = Duration.ofSeconds(10);

    private final SweepFolder folder;
    private final int jobs;
    private final int threads;
    private final PrintWriter out;
    private final PrintWriter err;
    private final TrainArguments train = new TrainArguments();
    private final Queue<SweepRun> waiting = new ArrayDeque<>();
    private final Collection<SweepProcess> running = ConcurrentHashMap.newKeySet();
    private final List<SweepRun> failed = new ArrayList<>();
    private final List<SweepRun> elsewhere = new ArrayList<>();
    private int all;
    private int over;
    private boolean stopping;
    private @Nullable RuntimeException broken;

    /**
     * In a folder.
     *
     * @param jobs how many run at a time
     * @param threads of each; those that its options name go before them
     */
    SweepJobs(SweepFolder folder, int jobs, int threads, PrintWriter out, PrintWriter err) {
        this.folder = folder;
        this.jobs = jobs;
        this.threads = threads;
        this.out = out;
        this.err = err;
    }

    /** The runs that failed, in the order of their ends. */
    List<SweepRun> failed() {
        return failed;
    }

    /** The runs that another sweep has at work. */
    List<SweepRun> elsewhere() {
        return elsewhere;
    }

    /**
     * Runs those that are not finished.
     *
     * @throws StoppedException if a signal ended it, when the runs have saved where they are
     */
    void run(List<SweepRun> runs) {
        all = runs.size();
        runs.stream().filter(run -> folder.outcome(run).isEmpty()).forEach(waiting::add);
        over = all - waiting.size();
        if (over > 0) {
            say("%s of %s are done already".formatted(NumberText.count(over), NumberText.count(all)));
        }
        try (var signals = StopSignals.install(err, "the runs, which save where they are")) {
            var workers = new ArrayList<Thread>();
            for (int i = 0; i < Math.min(jobs, waiting.size()); i++) {
                workers.add(Thread.ofPlatform().name("sweep").start(this::work));
            }
            Optional<StopSignal> signal = Optional.empty();
            for (var worker : workers) {
                while (!worker.join(POLL)) {
                    if (signal.isEmpty()) {
                        signal = signals.pending();
                        signal.ifPresent(_ -> stop());
                    }
                }
            }
            if (broken != null) {
                throw broken;
            }
            signal.ifPresent(this::stopped);
        } catch (InterruptedException exception) {
            throw new FailedException("the sweep was interrupted; the same command goes on with it");
        }
    }

    private void stopped(StopSignal signal) {
        throw new StoppedException(
                signal,
                "stopped by %s: %s of %s runs are over"
                        .formatted(signal, NumberText.count(over), NumberText.count(all)),
                "the same command goes on with the others");
    }

    private synchronized void stop() {
        stopping = true;
        running.forEach(SweepProcess::stop);
    }

    private synchronized @Nullable SweepRun next() {
        return stopping ? null : waiting.poll();
    }

    private void work() {
        try {
            for (SweepRun run; (run = next()) != null; ) {
                work(run);
            }
        } catch (IOException exception) {
            breakWith(new FailedException("the sweep cannot go on: " + RunFolder.reason(exception)));
        } catch (InterruptedException exception) {
            breakWith(new FailedException("the sweep was interrupted; the same command goes on with it"));
        } catch (RuntimeException exception) {
            breakWith(exception);
        }
    }

    private synchronized void breakWith(RuntimeException exception) {
        broken = exception;
        stop();
    }

    private void work(SweepRun run) throws IOException, InterruptedException {
        if (isTaken(run)) {
            end(run, "at work in another sweep", elsewhere);
            return;
        }
        folder.forgetFailure(run);
        var process = start(run);
        if (process == null) {
            return;
        }
        int code = process.process().waitFor();
        running.remove(process);
        var outcome = folder.outcome(run);
        if (outcome.isPresent()) {
            var dev = outcome.get().dev();
            end(run, "dev " + NumberText.loss(dev), null);
        } else if (!SweepProcess.wasStopped(code)) {
            var why = process.failure(code);
            folder.fail(run, why);
            end(run, "failed: " + why, failed);
        }
    }

    /** Starts a training, unless the sweep is to end. */
    private synchronized @Nullable SweepProcess start(SweepRun run) throws IOException {
        if (stopping) {
            return null;
        }
        var arguments = new ArrayList<>(train.of(run));
        arguments.addAll(List.of("--out", folder.run(run).toString(), "--quiet", "--no-report"));
        if (run.option("threads").isEmpty()) {
            arguments.add("--threads=" + threads);
        }
        var process = SweepProcess.start(arguments, folder.log(run), jobs);
        running.add(process);
        return process;
    }

    /** Whether another process still has the folder of a run. */
    private boolean isTaken(SweepRun run) throws InterruptedException, IOException {
        long end = System.nanoTime() + LEFTOVER.toNanos();
        do {
            try (var _ = RunLock.take(folder.run(run))) {
                return false;
            } catch (WrongInputException inUse) {
                Thread.sleep(POLL);
            }
        } while (System.nanoTime() < end);
        return true;
    }

    private synchronized void end(SweepRun run, String how, @Nullable List<SweepRun> kind) {
        over++;
        if (kind != null) {
            kind.add(run);
        }
        say("%s of %s  %s  %s: %s"
                .formatted(NumberText.count(over), NumberText.count(all), run.name(), run.text(), how));
    }

    private void say(String line) {
        out.println(PrintableText.of(line));
        out.flush();
    }
}
