package handgrad.app;

import handgrad.app.command.ExitCode;
import handgrad.app.mpi.MpiRanks;
import handgrad.app.mpi.RankVoice;
import handgrad.app.worker.StandardOutput;
import handgrad.app.worker.Worker;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** The entry point of the launcher. */
public final class Main {
    private Main() {}

    /**
     * Runs one command. Exits at once with a code other than 0; after success the JVM ends when the threads of the
     * command have ended, as it does for any Java program.
     */
    public static void main(String[] arguments) {
        StandardError.restore();
        var output = StandardOutput.install();
        var worker = Worker.start();
        Worker.endWithParent();
        var voice = new RankVoice(writer(System.err));
        int code = worker == null
                ? Handgrad.run(arguments, writer(System.out), voice.writer())
                : Handgrad.run(arguments, worker.out(), worker.err());
        if (worker != null) {
            worker.end(code);
        }
        var failure = output.failure();
        if (failure != null && code == ExitCode.DONE) {
            voice.writer().println("handgrad: " + failure);
            code = ExitCode.FAILED;
        }
        voice.end(code != ExitCode.DONE);
        if (code != ExitCode.DONE) {
            MpiRanks.exit(code);
        }
    }

    /** A locale of ASCII alone, as containers have, says little of the terminal: UTF-8, for names in any script. */
    private static PrintWriter writer(PrintStream stream) {
        var charset = stream.charset().equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : stream.charset();
        return new PrintWriter(stream, true, charset);
    }
}
