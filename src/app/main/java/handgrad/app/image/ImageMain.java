package handgrad.app.image;

import handgrad.app.command.ExitCode;
import handgrad.app.worker.StandardOutput;
import handgrad.app.worker.Supervisor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * The entry point of an image. Its scripts are short, so this does what the launcher of a checkout does in a shell: it
 * starts the JVM of the command with the options that this needs, supervises it where it runs a user's code, drops the
 * JDK's warning of incubator modules, and passes signals on.
 */
public final class ImageMain {
    private ImageMain() {}

    /** Runs one command of the image that the property {@code handgrad.image} names, and exits with its exit code. */
    public static void main(String[] arguments) throws InterruptedException {
        var output = StandardOutput.install();
        var image = new ImageLayout(
                Path.of(System.getProperty(ImageLayout.PROPERTY)).normalize());
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        int code;
        try {
            code = run(new ImageInvocation(image, List.of(arguments)), windows);
        } catch (IOException exception) {
            System.err.println("handgrad: cannot start a JVM for the command: " + exception.getMessage()
                    + "; is there room in " + temporary() + "? TMPDIR names another folder");
            code = ExitCode.FAILED;
        }
        var failure = output.failure();
        if (failure != null && code == ExitCode.DONE) {
            System.err.println("handgrad: " + failure);
            code = ExitCode.FAILED;
        }
        System.exit(code);
    }

    private static int run(ImageInvocation invocation, boolean windows) throws IOException, InterruptedException {
        var files = temporary().resolve("handgrad." + UUID.randomUUID());
        var report = Path.of(files + ".report");
        var words = windows ? JvmWords.ofPipe() : JvmWords.ofFile(Path.of(files + ".err"));
        try {
            var command = invocation.commandLine(
                    report,
                    List.of(
                            "-Dhandgrad.terminal=" + System.getProperty("handgrad.terminal", "false"),
                            "-Dhandgrad.stderr=" + words.standardError()));
            var signals = PassedSignals.install(!invocation.command().equals("shell"));
            Supervisor.Start start = () -> signals.to(words.start(command));
            return invocation.runsUsersCode()
                    ? Supervisor.run(report, start)
                    : start.start().waitFor();
        } finally {
            words.finish();
        }
    }

    private static Path temporary() {
        var chosen = System.getenv("TMPDIR");
        return Path.of(chosen == null || chosen.isEmpty() ? System.getProperty("java.io.tmpdir") : chosen);
    }
}
