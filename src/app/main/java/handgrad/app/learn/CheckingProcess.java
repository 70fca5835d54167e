package handgrad.app.learn;

import handgrad.app.worker.ChildJvm;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A JVM that checks a learner's file, as the process that started it sees it. */
final class CheckingProcess implements AutoCloseable {
    /** The JVM keeps its limits itself and says where the code was. What has not answered then does not any more. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private static final String WARNING = "WARNING: ";

    private static final List<String> OPTIONS = List.of(ChildJvm.QUICK, "-XX:+UseSerialGC");

    private final Process process;
    private volatile boolean running;
    private volatile long deadline;

    private CheckingProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts one.
     *
     * @param name the name of the exercise
     * @param file the learner's file
     * @param limit how long a piece of the learner's code may run
     * @param events takes what it says, and that it has ended
     */
    static CheckingProcess start(String name, Path file, Duration limit, Consumer<Event> events) throws IOException {
        var arguments = List.of(name, file.toString(), Long.toString(limit.toSeconds()));
        var process = new CheckingProcess(
                new ProcessBuilder(ChildJvm.command(OPTIONS, CheckingMain.class.getName(), arguments)).start());
        // Not virtual threads: while one waits for a pipe, it keeps one of the few that carry the page's.
        var error = CompletableFuture.supplyAsync(process::lastError, CheckingProcess::inThread);
        inThread(() -> process.listen(events, error));
        return process;
    }

    private static void inThread(Runnable task) {
        Thread.ofPlatform().daemon().name("checking").start(task);
    }

    /** Lets it check the file; what it finds comes as an event. */
    void check() {
        try {
            process.getOutputStream().write('c');
            process.getOutputStream().flush();
        } catch (IOException ended) {
            // The event that it has ended comes as well.
        }
    }

    private String lastError() {
        return process.errorReader()
                .lines()
                .filter(line -> !line.startsWith(WARNING))
                .reduce("", (_, line) -> line);
    }

    private void listen(Consumer<Event> events, CompletableFuture<String> error) {
        try (var in = new DataInputStream(process.getInputStream())) {
            while (true) {
                var reply = Reply.read(in);
                if (reply instanceof Reply.Running(long limitMillis)) {
                    deadline = System.nanoTime()
                            + Duration.ofMillis(limitMillis).plus(GRACE).toNanos();
                    running = limitMillis > 0;
                } else {
                    events.accept(new Event.Replied(this, reply));
                }
            }
        } catch (IOException over) {
            running = false;
            process.destroyForcibly();
            events.accept(new Event.Ended(this, process.onExit().join().exitValue(), error.join()));
        }
    }

    /** Whether the learner's code runs much longer than it may, so that the JVM will not answer any more. */
    boolean isLate() {
        return running && System.nanoTime() - deadline > 0;
    }

    /** The process. */
    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Ends it, whatever it does. */
    @Override
    public void close() {
        process.destroyForcibly();
    }
}
