package handgrad.app.image;

import java.io.IOException;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/**
 * Signals that are a child's to answer. Ctrl-C in a terminal reaches the child as well, and a command takes what comes
 * twice so soon as one; JShell does not.
 */
final class PassedSignals {
    private @Nullable Process process;
    private @Nullable String early;

    private PassedSignals() {}

    /**
     * Keeps SIGTERM, SIGHUP and SIGINT from this JVM from now on.
     *
     * @param interrupts whether SIGINT is passed on; else it is left to the terminal
     */
    static PassedSignals install(boolean interrupts) {
        var signals = new PassedSignals();
        Signals.register("TERM", () -> signals.pass("TERM"));
        Signals.register("HUP", () -> signals.pass("HUP"));
        Signals.register("INT", () -> {
            if (interrupts) {
                signals.pass("INT");
            }
        });
        return signals;
    }

    /** Passes them on to a child, also one that came before there was one. */
    synchronized Process to(Process child) {
        process = child;
        if (early != null) {
            pass(early);
        }
        return child;
    }

    private synchronized void pass(String signal) {
        if (process == null) {
            early = signal;
        } else if (signal.equals("TERM")) {
            // By the JDK, without a process more.
            process.destroy();
        } else {
            kill(signal, process);
        }
    }

    private static void kill(String signal, Process process) {
        try {
            new ProcessBuilder("/bin/sh", "-c", "kill -s " + signal + " " + process.pid())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException noShell) {
            // On Windows, where Ctrl-C reaches every process of the console.
        }
    }
}
