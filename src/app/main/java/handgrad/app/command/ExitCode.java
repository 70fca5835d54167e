package handgrad.app.command;

/** The exit codes of every command. */
public final class ExitCode {
    /** The command did what it was asked. */
    public static final int DONE = 0;

    /** The command ran and failed: a check did not pass, a training diverged, a program threw. */
    public static final int FAILED = 1;

    /** The command could not run with this input. */
    public static final int WRONG_INPUT = 2;

    /** A bug of handgrad; {@code EX_SOFTWARE} of the BSD header sysexits.h. */
    public static final int INTERNAL_ERROR = 70;

    /** The terminal or the connection was closed: 128 and the number of SIGHUP, as a shell has it. */
    public static final int HANGUP = 129;

    /** The user pressed Ctrl-C: 128 and the number of SIGINT. */
    public static final int INTERRUPTED = 130;

    /** Nobody reads standard output any more: 128 and the number of SIGPIPE, by which other programs end there. */
    public static final int BROKEN_PIPE = 141;

    /** The process was asked to end, as by {@code kill}: 128 and the number of SIGTERM. */
    public static final int TERMINATED = 143;

    private ExitCode() {}
}
