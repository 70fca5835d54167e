package handgrad.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.testing.RankLauncher;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs a main class of the tests in several ranks. */
final class Jobs {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Jobs() {}

    /** How a job ended. */
    record Result(int exitCode, String output) {}

    /** Runs a class; the test is left out where this launcher is not installed. */
    static Result run(
            RankLauncher launcher, int ranks, Map<String, String> environment, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        return run(launcher.command(ranks, java(main, arguments)), environment);
    }

    /** The command line of a JVM that runs a class of the tests. */
    static List<String> java(Class<?> main, String... arguments) {
        String classPath = Stream.of(
                        System.getProperty("jdk.module.path", ""),
                        System.getProperty("java.class.path", ""),
                        folder(Mpi.class).toString(),
                        folder(main).toString())
                .filter(path -> !path.isEmpty())
                .collect(Collectors.joining(File.pathSeparator));
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                classPath,
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs a command, whose streams go into one, and kills it after a minute. */
    static Result run(List<String> command, Map<String, String> environment) throws IOException, InterruptedException {
        Path output = Files.createTempFile("job", ".txt");
        try {
            var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().remove("HANDGRAD_MPI");
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean ended = process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
            assertThat(ended)
                    .as("ended within %s: %s", LIMIT, Files.readString(output))
                    .isTrue();
            return new Result(process.exitValue(), Files.readString(output).strip());
        } finally {
            Files.delete(output);
        }
    }

    /** Where a class comes from. In the tests' module the classes of main and test come from different folders. */
    private static Path folder(Class<?> type) {
        String name = type.getName().replace('.', '/') + ".class";
        String path = type.getResource("/" + name).getPath();
        return Path.of(path.substring(0, path.length() - name.length()));
    }
}
