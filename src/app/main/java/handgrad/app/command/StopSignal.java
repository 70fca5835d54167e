package handgrad.app.command;

/** A signal that asks a program to end; its text is the name that {@code kill -l} lists it under, as {@code SIGINT}. */
public enum StopSignal {
    /** Ctrl-C. */
    INT(ExitCode.INTERRUPTED),

    /** {@code kill}, a system that shuts down, the time limit of a batch system. */
    TERM(ExitCode.TERMINATED),

    /** A terminal or a connection that is closed. */
    HUP(ExitCode.HANGUP);

    private final int exitCode;

    StopSignal(int exitCode) {
        this.exitCode = exitCode;
    }

    /** The exit code of a program that ends because of it. */
    public int exitCode() {
        return exitCode;
    }

    @Override
    public String toString() {
        return "SIG" + name();
    }
}
