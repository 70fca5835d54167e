package handgrad.mpi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

/** Runs a main class of the tests in several ranks, under the launchers that this machine has. */
enum Jobs {
    OPEN_MPI("Open MPI"),
    MPICH("HYDRA");

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Without them the network layer of MPICH takes signals of the JVM. */
    static final Map<String, String> UCX =
            Map.of("UCX_ERROR_SIGNALS", "", "UCX_DEBUG_SIGNO", "0", "UCX_TLS", "self,sm");

    private final String version;

    /** A word in what the launcher says of its version. */
    Jobs(String version) {
        this.version = version;
    }

    /** Debian has both side by side, under names of their own. */
    private List<String> names() {
        return switch (this) {
            case OPEN_MPI -> List.of("mpirun.openmpi", "mpirun");
            case MPICH -> List.of("mpirun.mpich", "mpirun");
        };
    }

    /** Root may start ranks, more than there are processors; they exchange in memory, and listen to nobody. */
    private List<String> options() {
        var options = switch (this) {
            case OPEN_MPI ->
                "--allow-run-as-root --oversubscribe --bind-to none --mca plm isolated"
                        + " --mca oob_tcp_if_include lo --mca pml ob1 --mca btl self,vader";
            case MPICH -> "-launcher fork -iface lo";
        };
        return List.of(options.split(" ", -1));
    }

    /** How a job ended. */
    record Result(int exitCode, String output) {}

    /** Runs a class; the test is left out where this launcher is not installed. */
    Result run(int ranks, Map<String, String> environment, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        var launcher = names().stream().filter(this::isInstalled).findFirst();
        assumeTrue(launcher.isPresent(), "left out, there is no launcher of " + this + ": none of " + names());
        var command = new ArrayList<String>();
        command.add(launcher.get());
        command.addAll(options());
        command.addAll(List.of("-n", String.valueOf(ranks)));
        command.addAll(java(main, arguments));
        return run(command, environment);
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

    private boolean isInstalled(String name) {
        try {
            var process = new ProcessBuilder(name, "--version")
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), UTF_8).contains(version);
        } catch (IOException missing) {
            return false;
        }
    }

    /** Where a class comes from. In the tests' module the classes of main and test come from different folders. */
    private static Path folder(Class<?> type) {
        String name = type.getName().replace('.', '/') + ".class";
        String path = type.getResource("/" + name).getPath();
        return Path.of(path.substring(0, path.length() - name.length()));
    }
}
