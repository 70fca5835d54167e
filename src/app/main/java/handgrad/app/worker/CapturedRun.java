package handgrad.app.worker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/**
 * A command of handgrad that ran in a worker of its own, with what the command reported; what the user's code
 * printed is dropped.
 *
 * @param code its exit code
 * @param out what it reported for standard output
 * @param err what it reported for standard error
 */
public record CapturedRun(int code, String out, String err) {
    private static final String MAIN = "handgrad.app.Main";

    /** Runs a command to its end, in a JVM with the options of this one. */
    public static CapturedRun of(List<String> arguments) throws IOException, InterruptedException {
        var folder = Files.createTempDirectory("handgrad");
        var path = folder.resolve("report");
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        try (var messages = MessageFile.create(path)) {
            var process = new ProcessBuilder(
                            ChildJvm.command(List.of(ChildJvm.QUICK, "-Dhandgrad.worker=" + path), MAIN, arguments))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            var supervisor = new Supervisor(process, messages, path, printer(out), printer(err));
            return new CapturedRun(
                    supervisor.run(), out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } finally {
            Files.deleteIfExists(path);
            Files.delete(folder);
        }
    }

    private static PrintStream printer(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
