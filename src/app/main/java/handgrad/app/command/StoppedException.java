package handgrad.app.command;

import handgrad.file.PrintableText;
import java.util.Arrays;
import java.util.stream.Collectors;

/** A command that a signal ended in order. Its message is lines for the user: what is saved where, how to go on. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    public StoppedException(StopSignal signal, String... lines) {
        super(Arrays.stream(lines).map(PrintableText::of).collect(Collectors.joining("\n")));
        exitCode = signal.exitCode();
    }

    /** The exit code of the program. */
    public int exitCode() {
        return exitCode;
    }
}
