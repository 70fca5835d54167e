package handgrad.app.command;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/**
 * Lets a long command end in its own time: the first signal is kept for the command to ask for, after each of its
 * steps, and a second SIGINT or SIGTERM ends the process at once.
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
    private final Map<StopSignal, Object> before = new EnumMap<>(StopSignal.class);
    private volatile @Nullable StopSignal first;
    private long firstNanos;

    /**
     * Handles no signal yet.
     *
     * @param halt ends the process with an exit code
     */
    StopSignals(IntConsumer halt) {
        this.halt = halt;
    }

    /** Keeps the signals from now on until it is closed. */
    public static StopSignals install() {
        var signals = new StopSignals(Runtime.getRuntime()::halt);
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
        } else if (signal != StopSignal.HUP && nanos - firstNanos > ECHO_NANOS) {
            halt.accept(signal.exitCode());
        }
    }

    /** The first signal that came; empty if none did. */
    public Optional<StopSignal> pending() {
        return Optional.ofNullable(first);
    }

    /** Lets the signals do again what they did before. */
    @Override
    public void close() {
        before.forEach((signal, handler) -> Signals.unregister(signal.name(), handler));
    }
}
