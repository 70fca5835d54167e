package handgrad.app;

import handgrad.app.command.ExitCode;
import java.io.PrintStream;
import java.io.PrintWriter;

/** The entry point of the launcher. */
public final class Main {
    private Main() {}

    /**
     * Runs one command. Exits at once with a code other than 0; after success the JVM ends when the threads of the
     * command have ended, as it does for any Java program.
     */
    public static void main(String[] arguments) {
        StandardError.restore();
        int code = Handgrad.run(arguments, writer(System.out), writer(System.err));
        if (code != ExitCode.DONE) {
            System.exit(code);
        }
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, stream.charset());
    }
}
