package handgrad.mpi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/**
 * The handlers of the signals that a JVM works with, to see whether a library took one over. HotSpot stops its threads
 * and finds null pointers by SIGSEGV, so that a process without its handler crashes sooner or later.
 *
 * <p>Of Linux alone; elsewhere nothing is looked at.
 *
 * @param handlers the addresses of the handlers, by the names of the signals
 */
record JvmSignals(Map<String, Long> handlers) {
    /** The numbers that Linux has on x86-64 and ARM64. */
    private static final Map<String, Integer> NUMBERS = Map.of(
            "HUP", 1, "INT", 2, "QUIT", 3, "ILL", 4, "BUS", 7, "FPE", 8, "SEGV", 11, "USR2", 12, "PIPE", 13, "TERM",
            15);

    /** More than the 152 bytes of glibc's struct sigaction, which begins with the handler. */
    private static final int SIGACTION_BYTES = 256;

    static JvmSignals now() {
        var handlers = new TreeMap<String, Long>();
        if (!System.getProperty("os.name").equals("Linux")) {
            return new JvmSignals(handlers);
        }
        var linker = Linker.nativeLinker();
        var sigaction = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("sigaction"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
        try (var arena = Arena.ofConfined()) {
            var action = arena.allocate(SIGACTION_BYTES, Long.BYTES);
            for (var signal : NUMBERS.entrySet()) {
                int error = (int) sigaction.invokeExact((int) signal.getValue(), MemorySegment.NULL, action);
                if (error == 0) {
                    handlers.put(signal.getKey(), action.get(JAVA_LONG, 0));
                }
            }
        } catch (Throwable failure) {
            throw MpiFunctions.unchecked(failure);
        }
        return new JvmSignals(handlers);
    }

    /** Throws if a signal has another handler now. */
    void requireUntouched() {
        var now = now();
        var taken = handlers.entrySet().stream()
                .filter(handler -> !handler.getValue().equals(now.handlers.get(handler.getKey())))
                .map(handler -> "SIG" + handler.getKey())
                .toList();
        if (!taken.isEmpty()) {
            throw new MpiException("takes over signals of the JVM (" + String.join(", ", taken)
                    + "); set UCX_ERROR_SIGNALS to nothing and UCX_DEBUG_SIGNO to 0 before the JVM starts");
        }
    }
}
