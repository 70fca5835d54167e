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

    /** Nobody reads standard output any more: 128 and the number of SIGPIPE, by which other programs end there. */
    public static final int BROKEN_PIPE = 141;

    private ExitCode() {}
}
