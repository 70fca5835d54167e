package handgrad.app.learn;

import handgrad.app.command.FailedException;
import handgrad.app.command.WrongInputException;
import handgrad.app.exercise.Exercise;
import handgrad.app.exercise.Marker;
import handgrad.app.program.RunCommand;
import handgrad.app.program.SourceProgram.CompilationException;
import handgrad.app.worker.Watch;
import handgrad.app.worker.Worker;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Semaphore;

/**
 * The JVM in which the learner's code runs. It checks the file each time a byte comes by its standard input, answers by
 * its standard output, and ends when the standard input does: whoever started it is gone then, in whatever way.
 */
public final class CheckingMain {
    private final Path file;
    private final Duration limit;
    private final PrintedText recorder = new PrintedText();
    private final Semaphore requests = new Semaphore(0);
    private final DataOutputStream replies = new DataOutputStream(new FileOutputStream(FileDescriptor.out));

    private CheckingMain(Path file, Duration limit) {
        this.file = file;
        this.limit = limit;
    }

    /**
     * Checks until it is ended.
     *
     * @param arguments the name of an exercise, the learner's file and the limit of time in seconds
     */
    public static void main(String[] arguments) throws InterruptedException {
        var limit = Duration.ofSeconds(Long.parseLong(arguments[2]));
        new CheckingMain(Path.of(arguments[1]), limit).run(arguments[0]);
    }

    private void run(String name) throws InterruptedException {
        var requested = System.in;
        // The learner's code finds an input that is at its end.
        System.setIn(InputStream.nullInputStream());
        Worker.host(
                new PrintStream(recorder, true, StandardCharsets.UTF_8),
                most -> reply(new Reply.Running(most.toMillis())));
        Thread.ofPlatform().daemon().name("requests").start(() -> listen(requested));
        var marker = new Marker(Exercise.named(name));
        if (requests.availablePermits() == 0) {
            marker.warmUp();
        }
        reply(new Reply.Ready());
        while (true) {
            requests.acquire();
            check(marker);
        }
    }

    private void listen(InputStream requested) {
        try {
            while (requested.read() >= 0) {
                requests.release();
            }
        } catch (IOException broken) {
            // As good as its end.
        } finally {
            Runtime.getRuntime().halt(0);
        }
    }

    private void check(Marker marker) {
        recorder.clear();
        var left = new ArrayList<String>();
        try {
            var marking = Watch.call(file.toString(), limit, left::add, () -> {
                RunCommand.requireSource(file);
                return marker.mark(file);
            });
            reply(new Reply.Marked(marking, recorder + String.join("\n", left)));
        } catch (CompilationException | WrongInputException exception) {
            reply(new Reply.Refused(String.valueOf(exception.getMessage()).strip()));
        } catch (FailedException exception) {
            reply(new Reply.Failed(String.valueOf(exception.getMessage())));
            Runtime.getRuntime().halt(0);
        } catch (RuntimeException | Error error) {
            reply(new Reply.Failed("internal error: " + error));
            Runtime.getRuntime().halt(0);
        }
        if (!left.isEmpty()) {
            Runtime.getRuntime().halt(0);
        }
    }

    private synchronized void reply(Reply reply) {
        try {
            reply.write(replies);
        } catch (IOException exception) {
            // Nobody is left to tell.
            Runtime.getRuntime().halt(0);
        }
    }
}
