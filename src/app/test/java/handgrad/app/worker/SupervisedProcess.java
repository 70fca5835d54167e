package handgrad.app.worker;

import handgrad.app.CommandResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A command of handgrad in a worker under a supervisor, started as the launcher does. */
record SupervisedProcess(Process process) {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    /**
     * Starts a command.
     *
     * @param report a file that does not exist, for the messages
     */
    static SupervisedProcess start(Path report, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                JAVA,
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--class-path",
                Path.of("target", "classes").toString(),
                "handgrad.app.worker.Supervisor",
                report.toString(),
                JAVA,
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dhandgrad.blas=off",
                "-Dhandgrad.worker=" + report,
                "--module-path",
                System.getProperty("jdk.module.path"),
                "--add-modules",
                "jdk.incubator.vector",
                "-m",
                "handgrad.app/handgrad.app.Main"));
        command.addAll(List.of(arguments));
        return new SupervisedProcess(new ProcessBuilder(command).start());
    }

    /** What came out, once it is over, without the JDK's warning of incubator modules. */
    CommandResult result() throws Exception {
        process.getOutputStream().close();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        return new CommandResult(process.waitFor(), out, err);
    }
}
