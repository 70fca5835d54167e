package handgrad.app.worker;

import handgrad.app.command.FailedException;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a task that runs a user's code, and ends the wait for it when the code does not come back: it runs longer than
 * its limit, prints without end, or calls {@link System#exit}. Each is a {@link FailedException} whose line says where
 * the code was. Its thread stays as it is; the JVM of a {@link Worker} ends with the command.
 */
public final class Watch {
    private static final ScopedValue<Watch> CURRENT = ScopedValue.newInstance();

    /** How long a source file may be compiled: a large one takes some seconds on a slow machine. */
    private static final Duration COMPILING = Duration.ofSeconds(60);

    private static final long POLL_NANOS = 10_000_000;

    /** Bytes that the code of one task may print. */
    private static final long MOST_PRINTED = 1_000_000;

    /** Room for the compiler, which goes down a step for every bracket, and for programs that recurse. */
    private static final long STACK_BYTES = 16L << 20;

    /** Causes may go round in a circle. */
    private static final int DEEPEST_CAUSE = 100;

    /** The watch of the task that runs; a command runs one after the other. */
    private static volatile @Nullable Watch active;

    private final String file;
    private final Duration limit;
    private final Thread caller = Thread.currentThread();
    private final CompletableFuture<Object> outcome = new CompletableFuture<>();

    /** Whether the user's code runs, and until when it may. */
    private volatile boolean inside;

    private volatile boolean compiles;

    private volatile long deadline;
    private final AtomicLong printed = new AtomicLong();

    private Watch(String file, Duration limit) {
        this.file = file;
        this.limit = limit;
        var _ = outcome.whenComplete((_, _) -> LockSupport.unpark(caller));
    }

    /** Something that may throw. */
    @FunctionalInterface
    public interface Task<T, X extends Exception> {
        /** Runs it. */
        T run() throws X;
    }

    /**
     * Runs a task in a thread of its own.
     *
     * @param file the source file whose code the task runs {@link #within}
     * @param limit how long each piece of that code may run, apart from being compiled
     * @param remarks takes a line about threads that the code leaves running
     * @throws FailedException if the code does not come back
     */
    @SuppressWarnings("unchecked") // The task gives a T or throws an X.
    public static <T, X extends Exception> T call(
            String file, Duration limit, Consumer<String> remarks, Task<T, X> task) throws X {
        var watch = new Watch(file, limit);
        var group = new ThreadGroup(file);
        var thread = new Thread(
                group, () -> ScopedValue.where(CURRENT, watch).run(() -> watch.run(task)), "check", STACK_BYTES);
        active = watch;
        try {
            thread.start();
            T result = (T) watch.await(thread);
            watch.remark(group, thread, remarks);
            return result;
        } catch (ExecutionException exception) {
            switch (Objects.requireNonNull(exception.getCause())) {
                case RuntimeException thrown -> throw thrown;
                case Error thrown -> throw thrown;
                case Throwable thrown -> throw (X) thrown;
            }
        } catch (InterruptedException exception) {
            Thread.currentThread().interrupt();
            throw new FailedException(file + ": interrupted");
        } finally {
            active = null;
        }
    }

    private void run(Task<?, ?> task) {
        try {
            outcome.complete(task.run());
        } catch (Throwable thrown) {
            outcome.completeExceptionally(thrown);
        }
    }

    /** Waits without allocating anything: the code may have left no memory. */
    private Object await(Thread thread) throws InterruptedException, ExecutionException {
        while (!outcome.isDone()) {
            LockSupport.parkNanos(POLL_NANOS);
            if (inside && System.nanoTime() - deadline > 0 && !outcome.isDone()) {
                throw new FailedException(
                        compiles
                                ? "%s: still compiling after %d s; cut it into smaller parts"
                                        .formatted(file, COMPILING.toSeconds())
                                : lateness(file, limit, thread.getStackTrace()));
            }
        }
        return outcome.get();
    }

    static String lateness(String file, Duration limit, StackTraceElement... frames) {
        return Place.of(file, frames)
                .line(
                        "still running after %d s".formatted(limit.toSeconds()),
                        "look for a loop or a wait without end, or give it more by --time-limit SECONDS");
    }

    /** A line for people: what the code of a file threw, and where. */
    public static String thrown(String file, Throwable thrown) {
        var exhausted = exhausted(file, thrown);
        return exhausted != null
                ? exhausted
                : Place.of(file, thrown.getStackTrace()).line("throws " + thrown, null);
    }

    /**
     * A line for people where the code of a file needs more stack or memory than there is, also where it throws
     * something else for that reason; null for other errors.
     */
    public static @Nullable String exhausted(String file, Throwable thrown) {
        var cause = thrown;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            var place = Place.of(file, cause.getStackTrace());
            switch (cause) {
                case StackOverflowError _ -> {
                    return place.line("the stack overflows", "does a method call itself without end?");
                }
                case OutOfMemoryError _ -> {
                    return place.line(
                            "out of memory: " + cause.getMessage(),
                            "allocate less, as by a smaller batch, or give more, as in ./handgrad -Xmx8g ...");
                }
                default -> cause = cause.getCause();
            }
        }
        return null;
    }

    /** A line for people where a file that the code reads or writes by the engine is not fit; null for other errors. */
    public static @Nullable String unfit(String file, Throwable thrown) {
        boolean ofEngine = thrown.getClass().getModule().equals(Tensor.class.getModule());
        return thrown instanceof IOException && ofEngine
                ? Place.of(file, thrown.getStackTrace()).line(String.valueOf(thrown.getMessage()))
                : null;
    }

    private void remark(ThreadGroup group, Thread checking, Consumer<String> remarks) {
        var threads = new Thread[group.activeCount() + 1];
        int count = group.enumerate(threads);
        Arrays.stream(threads, 0, count)
                .filter(thread -> thread != checking && !thread.isDaemon())
                .findFirst()
                .ifPresent(thread -> remarks.accept(
                        "%s: leaves the thread %s running, which ends now".formatted(file, thread.getName())));
    }

    /** Runs a piece of the user's code, under the limit of the task that this thread runs. */
    public static <T, X extends Exception> T within(Task<T, X> code) throws X {
        return CURRENT.isBound() ? CURRENT.get().within(CURRENT.get().limit, false, code) : code.run();
    }

    /** Compiles the user's code, under the limit of the compiler. */
    public static <T, X extends Exception> T compiling(Task<T, X> compiler) throws X {
        return CURRENT.isBound() ? CURRENT.get().within(COMPILING, true, compiler) : compiler.run();
    }

    private <T, X extends Exception> T within(Duration most, boolean compiling, Task<T, X> code) throws X {
        Worker.tell(file, most);
        deadline = System.nanoTime() + most.toNanos();
        compiles = compiling;
        inside = true;
        try {
            return code.run();
        } finally {
            inside = false;
            Worker.tell(file, Duration.ZERO);
        }
    }

    /** Counts what the process prints; a thread that prints too much for its task goes no further. */
    static void printed(int bytes) {
        var watch = active;
        if (watch == null) {
            return;
        }
        if (watch.printed.addAndGet(bytes) > MOST_PRINTED) {
            watch.fail(
                    Thread.currentThread().getStackTrace(),
                    "has printed more than 1,000,000 bytes",
                    "look for a print in a loop");
            // Out of the stream, whose lock the next task wants; what becomes of it, the outcome is told already.
            throw new Error("has printed too much");
        }
    }

    /** Called while the JVM shuts down: makes an exit that the user's code asked for the outcome of its task. */
    static void exitCalled() {
        var watch = active;
        if (watch == null) {
            return;
        }
        // A signal is answered by a thread that does not go through Runtime.exit.
        for (var frames : Thread.getAllStackTraces().values()) {
            if (Arrays.stream(frames)
                    .anyMatch(frame -> frame.getClassName().equals("java.lang.Runtime")
                            && List.of("exit", "halt").contains(frame.getMethodName()))) {
                watch.fail(frames, "calls System.exit, which would end the check too", "take the call out");
                // The caller reports and ends the JVM.
                try {
                    watch.caller.join();
                } catch (InterruptedException exception) {
                    Thread.currentThread().interrupt();
                }
                return;
            }
        }
    }

    private void fail(StackTraceElement[] frames, String problem, String remedy) {
        outcome.completeExceptionally(new FailedException(Place.of(file, frames).line(problem, remedy)));
    }
}
