package handgrad.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The launchers of MPI's ranks that a machine may have. */
public enum RankLauncher {
    OPEN_MPI("Open MPI"),
    MPICH("HYDRA");

    /**
     * What the launcher of handgrad sets, so that the network layer of MPICH leaves the signals of a JVM alone, and
     * what keeps it to memory.
     */
    public static final Map<String, String> ENVIRONMENT =
            Map.of("UCX_ERROR_SIGNALS", "", "UCX_DEBUG_SIGNO", "0", "UCX_TLS", "self,sm");

    private final String version;

    /** A word in what the launcher says of its version. */
    RankLauncher(String version) {
        this.version = version;
    }

    /**
     * The command line that starts ranks of a program on this machine. The test is left out where this launcher is not
     * installed.
     */
    public List<String> command(int ranks, List<String> program) {
        var launcher = names().stream().filter(this::isInstalled).findFirst();
        assumeTrue(launcher.isPresent(), "left out, there is no launcher of " + this + ": none of " + names());
        var command = new ArrayList<String>();
        command.add(launcher.get());
        command.addAll(options());
        command.addAll(List.of("-n", String.valueOf(ranks)));
        command.addAll(program);
        return command;
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
