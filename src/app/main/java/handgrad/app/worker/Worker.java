package handgrad.app.worker;

import handgrad.app.command.ExitCode;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * This JVM as the worker of a {@link Supervisor}: it runs a command that runs a user's code, and reports apart from the
 * streams, which that code may close or fill.
 */
public final class Worker {
    /** The property that names the file for the messages; without it this JVM is no worker. */
    private static final String PROPERTY = "handgrad.worker";

    /** The exit code of a worker that cannot report, and has said so; {@code EX_IOERR} of the BSD header sysexits.h. */
    static final int CANNOT_REPORT = 74;

    private static volatile @Nullable Worker current;
    private static volatile Consumer<Duration> limits = _ -> {};

    private final MessageFile messages;
    private final PrintStream error = System.err;
    private volatile boolean mayExit;
    private volatile String file = "the program";

    private Worker(MessageFile messages) {
        this.messages = messages;
    }

    /** Makes this JVM a worker if the launcher wants one, which the property {@code handgrad.worker} tells. */
    public static @Nullable Worker start() {
        var path = System.getProperty(PROPERTY);
        if (path == null) {
            return null;
        }
        try {
            var worker = new Worker(MessageFile.open(Path.of(path)));
            current = worker;
            guard(System.out, System.err);
            Thread.setDefaultUncaughtExceptionHandler(worker::uncaught);
            watch(Worker::awaitParent);
            return worker;
        } catch (IOException exception) {
            System.err.println("handgrad: cannot report to " + path + ": " + exception.getMessage());
            System.exit(CANNOT_REPORT);
            return null;
        }
    }

    /**
     * Makes this JVM fit to run tasks of a {@link Watch} one after the other for a parent of another kind.
     *
     * @param out where the code prints to
     * @param limits takes how long the code that runs from now on may take, and zero when it is back
     */
    public static void host(PrintStream out, Consumer<Duration> limits) {
        Worker.limits = limits;
        guard(out, out);
    }

    /** Counts what the code prints, and makes an exit that it asks for the outcome of its task. */
    private static void guard(PrintStream out, PrintStream err) {
        System.setOut(counted(out));
        System.setErr(counted(err));
        Runtime.getRuntime().addShutdownHook(new Thread(Watch::exitCalled));
    }

    /** Prints what a thread of the user's code threw, as Java does, but an overflow of its stack in one line. */
    private void uncaught(Thread thread, Throwable thrown) {
        var exhausted = Watch.exhausted(file, thrown);
        if (exhausted != null) {
            send(new Message.Print(true, "handgrad: " + exhausted + "\n"));
        } else {
            System.err.print("Exception in thread \"" + thread.getName() + "\" ");
            thrown.printStackTrace();
        }
    }

    /**
     * Ends this JVM when the process that started it is gone, so that nothing runs that nobody watches over, where the
     * property {@code handgrad.parent} asks for it: {@code process} asks the system for that process, some seconds
     * late; {@code input} waits for the end of standard input, a pipe of that process.
     */
    public static void endWithParent() {
        switch (System.getProperty("handgrad.parent", "")) {
            case "process" -> watch(Worker::awaitParent);
            case "input" -> watch(Worker::awaitInput);
            default -> {}
        }
    }

    private static void watch(Runnable end) {
        Thread.ofPlatform().daemon().name("parent's end").start(end);
    }

    private static void awaitParent() {
        ProcessHandle.current().parent().ifPresent(parent -> {
            parent.onExit().join();
            Runtime.getRuntime().halt(ExitCode.FAILED);
        });
    }

    private static void awaitInput() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException gone) {
            // The end as well.
        }
        Runtime.getRuntime().halt(ExitCode.FAILED);
    }

    private static PrintStream counted(PrintStream stream) {
        var counting = new FilterOutputStream(stream) {
            @Override
            public void write(int b) throws IOException {
                Watch.printed(1);
                out.write(b);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                Watch.printed(length);
                out.write(bytes, from, length);
            }
        };
        return new PrintStream(counting, true, stream.charset());
    }

    /** What the command prints to standard output. */
    public PrintWriter out() {
        return printer(false);
    }

    /** What the command prints to standard error. */
    public PrintWriter err() {
        return printer(true);
    }

    private PrintWriter printer(boolean toError) {
        var writer = new Writer() {
            private final StringBuilder text = new StringBuilder();

            @Override
            public void write(char[] characters, int from, int length) {
                text.append(characters, from, length);
            }

            @Override
            public void flush() {
                if (!text.isEmpty()) {
                    send(new Message.Print(toError, text.toString()));
                    text.setLength(0);
                }
            }

            @Override
            public void close() {
                flush();
            }
        };
        return new PrintWriter(writer, true);
    }

    /** Tells who watches over this JVM that a piece of the user's code runs, or with zero that it is back. */
    static void tell(String file, Duration limit) {
        limits.accept(limit);
        var worker = current;
        if (worker != null) {
            worker.send(new Message.Begin(file, limit.toMillis(), false));
        }
    }

    private void send(Message message) {
        if (message instanceof Message.Begin begin) {
            file = begin.what();
        }
        try {
            messages.write(message);
        } catch (IOException exception) {
            error.println("handgrad: cannot report what it found: " + exception.getMessage()
                    + "; set TMPDIR to a folder with room");
            Runtime.getRuntime().halt(CANNOT_REPORT);
        }
    }

    /**
     * Ends this JVM with the code of the command, whatever a check's code left running. A program of the user's own
     * ends as it would alone: this comes back.
     */
    public void end(int code) {
        if (!mayExit) {
            send(new Message.End(code));
            Runtime.getRuntime().halt(code);
        }
    }

    /**
     * Tells that a program of the user's own runs from now on, which may end the JVM, and ends it after a time.
     *
     * @param file the source file of the program
     * @param limit how long it may run, or null
     * @param err where the line goes that says so
     */
    public static void begin(String file, @Nullable Duration limit, PrintWriter err) {
        var worker = current;
        if (worker != null) {
            worker.mayExit = true;
            worker.send(new Message.Begin(file, limit == null ? 0 : limit.toMillis(), true));
        }
        if (limit != null) {
            var program = Thread.currentThread();
            Thread.ofPlatform().daemon().name("time limit").start(() -> end(file, limit, program, err));
        }
    }

    private static void end(String file, Duration limit, Thread program, PrintWriter err) {
        try {
            Thread.sleep(limit);
        } catch (InterruptedException exception) {
            return;
        }
        err.println("handgrad: " + Watch.lateness(file, limit, program.getStackTrace()));
        err.flush();
        Runtime.getRuntime().halt(ExitCode.FAILED);
    }
}
