package handgrad.app.worker;

import handgrad.app.command.ExitCode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Starts a worker, prints what it reports and answers for how it ended. The launcher runs it in a JVM without modules,
 * which starts in a twentieth of a second.
 *
 * <p>The worker has this process's standard input, output and error as they are. A signal of the terminal reaches
 * both; a signal to this process alone is passed on; and a worker whose supervisor is gone ends itself.
 */
public final class Supervisor {
    private static final long POLL_MILLIS = 10;

    /** A worker keeps its limits itself and says where the code was. What has not ended then cannot answer any more. */
    private static final long GRACE_MILLIS = 10_000;

    /** The exit code of a process that a signal ended is 128 and its number. */
    private static final int SIGNAL = 128;

    private static final List<Integer> ENDED_BY_USER = List.of(SIGNAL + 1, SIGNAL + 2, SIGNAL + 13, SIGNAL + 15);
    private static final int KILL = SIGNAL + 9;

    /** ILL, ABRT, BUS, FPE, SEGV: how a JVM crashes. Other codes are the program's own, as -1 is 255. */
    private static final List<Integer> CRASHED = List.of(SIGNAL + 4, SIGNAL + 6, SIGNAL + 7, SIGNAL + 8, SIGNAL + 11);

    private final Process process;
    private final MessageFile messages;
    private final Path path;
    private final PrintStream out;
    private final PrintStream error;
    private Message.@Nullable Begin begin;
    private Message.@Nullable End end;
    private long deadline = Long.MAX_VALUE;
    private volatile boolean signalled;

    /** Of a worker that runs; {@code out} and {@code error} get what it reports. */
    Supervisor(Process process, MessageFile messages, Path path, PrintStream out, PrintStream error) {
        this.process = process;
        this.messages = messages;
        this.path = path;
        this.out = out;
        this.error = error;
    }

    /**
     * Runs a worker to its end and exits with its exit code.
     *
     * @param arguments the file for its messages, which is made and deleted, and its command line, in which
     *     {@code -Dhandgrad.worker=} names that file
     */
    public static void main(String[] arguments) throws InterruptedException {
        var output = StandardOutput.install();
        int code;
        try {
            code = run(
                    Path.of(arguments[0]),
                    () -> new ProcessBuilder(Arrays.copyOfRange(arguments, 1, arguments.length))
                            .inheritIO()
                            .start());
        } catch (IOException exception) {
            System.err.println("handgrad: cannot run the program in a JVM of its own: " + exception.getMessage());
            code = ExitCode.FAILED;
        }
        var failure = output.failure();
        if (failure != null && code == ExitCode.DONE) {
            System.err.println("handgrad: " + failure);
            code = ExitCode.FAILED;
        }
        System.exit(code);
    }

    /** Starts a worker. */
    @FunctionalInterface
    public interface Start {
        /** Starts it. */
        Process start() throws IOException;
    }

    /**
     * Runs a worker to its end and returns its exit code.
     *
     * @param path the file for its messages, which is made and deleted, and which {@code -Dhandgrad.worker=} of the
     *     worker names
     */
    public static int run(Path path, Start start) throws IOException, InterruptedException {
        try (var messages = MessageFile.create(path)) {
            var supervisor = new Supervisor(start.start(), messages, path, System.out, System.err);
            Runtime.getRuntime().addShutdownHook(new Thread(supervisor::passOnSignal));
            return supervisor.run();
        } finally {
            delete(path);
        }
    }

    /** The exit code of the worker, when it has ended. */
    int run() throws IOException, InterruptedException {
        while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            relay();
            if (System.nanoTime() - deadline > 0 && deadline != Long.MAX_VALUE) {
                process.destroyForcibly().waitFor();
                return fail("still running after its limit of %d s, and its JVM does not answer any more: too little"
                                .formatted(TimeUnit.MILLISECONDS.toSeconds(begin().limitMillis()))
                        + " memory?");
            }
        }
        relay();
        return judge(process.exitValue());
    }

    private void relay() throws IOException {
        for (var message : messages.read()) {
            switch (message) {
                case Message.Print(boolean toError, String text) -> {
                    var stream = toError ? error : out;
                    stream.print(text);
                    stream.flush();
                }
                case Message.Begin started -> {
                    // Both have it open now, and nothing is left of it when both are gone.
                    if (begin == null) {
                        delete(path);
                    }
                    begin = started;
                    deadline = started.limitMillis() == 0
                            ? Long.MAX_VALUE
                            : System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(started.limitMillis() + GRACE_MILLIS);
                }
                case Message.End ended -> {
                    end = ended;
                    deadline = Long.MAX_VALUE;
                }
            }
        }
    }

    /** The exit code for that of the worker's JVM, with a line if the worker could not say why it ended. */
    private int judge(int code) {
        if (end != null) {
            return end.code();
        }
        if (code == Worker.CANNOT_REPORT) {
            return ExitCode.FAILED;
        }
        if (begin == null || signalled || ENDED_BY_USER.contains(code)) {
            return code;
        }
        if (code == KILL) {
            return fail("its JVM was killed by the system: too little memory?");
        }
        if (CRASHED.contains(code)) {
            return fail("its JVM crashed, by signal %d; its own lines say where".formatted(code - SIGNAL));
        }
        return begin.mayExit()
                ? code
                : fail("it ended the JVM with exit code %d, by Runtime.halt or the like; take that call out"
                        .formatted(code));
    }

    private int fail(String message) {
        error.println("handgrad: %s: %s".formatted(begin().what(), message));
        return ExitCode.FAILED;
    }

    private Message.Begin begin() {
        return begin == null ? new Message.Begin("the program", 0, true) : begin;
    }

    /** Ends the worker in its own way, when this process is ended first. */
    private void passOnSignal() {
        if (process.isAlive()) {
            signalled = true;
            process.destroy();
            try {
                if (!process.waitFor(GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException exception) {
                process.destroyForcibly();
            }
            delete(path);
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException exception) {
            System.err.println("handgrad: cannot delete " + path + ": " + exception.getMessage());
        }
    }
}
