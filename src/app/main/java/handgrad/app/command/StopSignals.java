package handgrad.app.command;

import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/**
 * Lets a long command end in its own time: the first signal is kept for the command to ask for, after each of its
 * steps, and a second SIGINT or SIGTERM ends the process at once. Where the command does not end within a moment, a
 * line says what the first signal waits for.
 *
 * <p>A signal that the process was started to ignore, as {@code nohup} does with SIGHUP, stays ignored. Where the
 * system has no such signal nothing happens.
 */
public final class StopSignals implements AutoCloseable {
    /**
     * What comes so soon after the first is the same request: {@code timeout} signals the process, then its whole
     * group, and a terminal's Ctrl-C can also be passed on by a parent.
     */
    static final long ECHO_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final IntConsumer halt;
    private final Consumer<String> notice;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<StopSignal, Object> before = new EnumMap<>(StopSignal.class);
    private volatile @Nullable StopSignal first;
    private long firstNanos;
    private volatile String work;

    /**
     * Handles no signal yet.
     *
     * @param halt ends the process with an exit code
     * @param notice is told, in a line, what the first signal waits for
     * @param work what the command does at first, as for {@link #during}
     */
    StopSignals(IntConsumer halt, Consumer<String> notice, String work) {
        this.halt = halt;
        this.notice = notice;
        this.work = work;
    }

    /** Keeps the signals from now on until it is closed, for a command that soon asks for them. */
    public static StopSignals install() {
        return install(_ -> {}, "");
    }

    /**
     * Keeps the signals from now on until it is closed.
     *
     * @param err gets the line on what the first waits for
     * @param work what the command does at first, as for {@link #during}
     */
    public static StopSignals install(PrintWriter err, String work) {
        return install(line -> Progress.note(err, line), work);
    }

    private static StopSignals install(Consumer<String> notice, String work) {
        var signals = new StopSignals(Runtime.getRuntime()::halt, notice, work);
        for (var signal : StopSignal.values()) {
            var handler = Signals.register(signal.name(), () -> signals.receive(signal, System.nanoTime()));
            if (handler != null) {
                signals.before.put(signal, handler);
            }
        }
        return signals;
    }

    /** Takes a signal that came at this time of {@link System#nanoTime}. */
    synchronized void receive(StopSignal signal, long nanos) {
        if (first == null) {
            firstNanos = nanos;
            first = signal;
            Thread.ofPlatform().daemon().name("signal").start(() -> tell(signal));
        } else if (signal != StopSignal.HUP && nanos - firstNanos > ECHO_NANOS) {
            halt.accept(signal.exitCode());
        }
    }

    /** Says what the signal waits for, unless the command ends in the time of an echo. */
    private void tell(StopSignal signal) {
        try {
            if (!closed.await(ECHO_NANOS, TimeUnit.NANOSECONDS)) {
                notice.accept("handgrad: %s is heard and waits for the end of %s; %s ends at once"
                        .formatted(signal, work, signal == StopSignal.HUP ? "SIGTERM" : "a second one"));
            }
        } catch (InterruptedException exception) {
            throw new IllegalStateException("nobody interrupts this thread", exception);
        }
    }

    /**
     * Says what the command does from now on.
     *
     * @param what is not broken off by a first signal, in words, as {@code the evaluation}
     */
    public void during(String what) {
        work = what;
    }

    /** The first signal that came; empty if none did. */
    public Optional<StopSignal> pending() {
        return Optional.ofNullable(first);
    }

    /** Lets the signals do again what they did before. */
    @Override
    public void close() {
        closed.countDown();
        before.forEach((signal, handler) -> Signals.unregister(signal.name(), handler));
    }
}
