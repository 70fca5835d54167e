package handgrad.app.worker;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
            var process = new ProcessBuilder(command(path, arguments))
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

    private static List<String> command(Path path, List<String> arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-X")
                        || option.startsWith("--add-")
                        || option.startsWith("--enable-native-access")
                        || (option.startsWith("-Dhandgrad.")
                                && !option.startsWith("-Dhandgrad.worker")
                                && !option.startsWith("-Dhandgrad.stderr")))
                .forEach(command::add);
        command.addAll(List.of(
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Dhandgrad.worker=" + path,
                "--module-path",
                System.getProperty("jdk.module.path", ""),
                "--class-path",
                System.getProperty("java.class.path", "") + File.pathSeparator));
        var module = CapturedRun.class.getModule();
        command.addAll(module.isNamed() ? List.of("-m", module.getName() + "/" + MAIN) : List.of(MAIN));
        command.addAll(arguments);
        return command;
    }
}
