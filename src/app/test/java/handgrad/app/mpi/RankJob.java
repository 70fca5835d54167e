package handgrad.app.mpi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.app.CommandResult;
import handgrad.app.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Jobs of several ranks on this machine, under the launchers that it has. */
public enum RankJob {
    OPEN_MPI("Open MPI"),
    MPICH("HYDRA");

    private static final int LIMIT_SECONDS = 100;

    private final String version;

    /** A word in what the launcher says of its version. */
    RankJob(String version) {
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

    /**
     * Runs a class with a main method, and kills the job after a while. The test is left out where this launcher is not
     * installed.
     */
    public CommandResult run(int ranks, Map<String, String> environment, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        var launcher = names().stream().filter(this::isInstalled).findFirst();
        assumeTrue(launcher.isPresent(), "left out, there is no launcher of " + this + ": none of " + names());
        var command = new ArrayList<String>();
        command.add(launcher.get());
        command.addAll(options());
        command.addAll(List.of("-n", String.valueOf(ranks)));
        command.addAll(JavaProcess.command(List.of(), main, arguments));
        var out = Files.createTempFile("ranks", ".out");
        var err = Files.createTempFile("ranks", ".err");
        try {
            var builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().remove("HANDGRAD_MPI");
            // As the launcher of handgrad sets the first two; the last keeps MPICH to memory.
            builder.environment().putAll(Map.of("UCX_ERROR_SIGNALS", "", "UCX_DEBUG_SIGNO", "0", "UCX_TLS", "self,sm"));
            builder.environment().putAll(environment);
            var process = builder.start();
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
            assertThat(ended).as("ended in time: " + read(out) + read(err)).isTrue();
            return new CommandResult(process.exitValue(), read(out), read(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, UTF_8);
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
}
