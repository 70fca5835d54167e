package handgrad.mpi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.testing.RankLauncher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** With the libraries and launchers of this machine; left out where they are not installed. */
class MpiTest {
    private static final Path OPEN_MPI = Path.of("/usr/lib/x86_64-linux-gnu/libmpi.so.40");
    private static final Path MPICH = Path.of("/usr/lib/x86_64-linux-gnu/libmpich.so.12");

    /** The self-test and the signals are looked at in each rank; the library is that of the launcher. */
    @ParameterizedTest
    @CsvSource({"OPEN_MPI, 1", "OPEN_MPI, 3", "MPICH, 1", "MPICH, 3"})
    void opensTheLibraryOfTheLauncher(RankLauncher launcher, int ranks) throws Exception {
        var result = Jobs.run(launcher, ranks, RankLauncher.ENVIRONMENT, RanksProgram.class);

        assertThat(result.output())
                .matches(ranks
                        + switch (launcher) {
                            case OPEN_MPI -> " ranks, Open MPI [\\d.]+, Open MPI ABI, libmpi\\.so\\.40";
                            case MPICH -> " ranks, MPICH [\\d.]+, MPICH ABI, libmpi(ch)?\\.so\\.12";
                        }
                        + ", 10 nulls found");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void refusesTheLibraryOfAnotherLauncher() throws Exception {
        assumeTrue(Files.exists(OPEN_MPI) && Files.exists(MPICH), "left out, not both libraries are installed");
        assertThat(Jobs.run(RankLauncher.MPICH, 2, withLibrary(OPEN_MPI), RanksProgram.class))
                .isEqualTo(new Jobs.Result(
                        2,
                        "MPI: HANDGRAD_MPI=" + OPEN_MPI
                                + ": is Open MPI 4.1.4, but mpiexec of MPICH started this process"));
        var result = Jobs.run(RankLauncher.OPEN_MPI, 2, withLibrary(MPICH), RanksProgram.class);
        assertThat(result.output())
                .startsWith("MPI: HANDGRAD_MPI=" + MPICH + ": is MPICH 4.0.2, but mpirun of Open MPI started this"
                        + " process\n");
        assertThat(result.exitCode()).isEqualTo(2);
    }

    /** Debian's MPICH is built on UCX, whose handlers the variables of {@link RankLauncher#ENVIRONMENT} keep away. */
    @Test
    void refusesALibraryThatTakesSignals() throws Exception {
        var result = Jobs.run(RankLauncher.MPICH, 2, Map.of(), RanksProgram.class);

        assumeTrue(result.exitCode() != 0, "left out, this MPICH takes no signals");
        assertThat(result.output())
                .matches("MPI: MPICH [\\d.]+, MPICH ABI, \\S+: takes over signals of the JVM \\(SIG.*\\); set"
                        + " UCX_ERROR_SIGNALS to nothing and UCX_DEBUG_SIGNO to 0 before the JVM starts");
    }

    @ParameterizedTest
    @EnumSource(RankLauncher.class)
    void endsAllRanksBeforeMpiIsOpen(RankLauncher launcher) throws Exception {
        assertThat(Jobs.run(launcher, 3, RankLauncher.ENVIRONMENT, FailingProgram.class, "before it is open")
                        .exitCode())
                .isEqualTo(3);
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({
        "OPEN_MPI, when it is open",
        "OPEN_MPI, in another thread",
        "OPEN_MPI, without a word",
        "MPICH, when it is open",
        "MPICH, in another thread"
    })
    void endsAllRanks(RankLauncher launcher, String way) throws Exception {
        assertThat(Jobs.run(launcher, 3, RankLauncher.ENVIRONMENT, FailingProgram.class, way).exitCode())
                .isEqualTo(3);
    }

    /** MPICH's launcher gives the code of whichever rank it heard of first, and may have killed that itself. */
    @Tag("long")
    @ParameterizedTest
    @CsvSource({"OPEN_MPI, killed", "MPICH, killed", "MPICH, without a word"})
    void aRankThatIsGoneEndsAllRanks(RankLauncher launcher, String way) throws Exception {
        assertThat(Jobs.run(launcher, 3, RankLauncher.ENVIRONMENT, FailingProgram.class, way).exitCode())
                .isNotZero();
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({"OPEN_MPI, 2", "OPEN_MPI, 8", "MPICH, 2", "MPICH, 8"})
    void runsAnyNumberOfRanks(RankLauncher launcher, int ranks) throws Exception {
        var job = Jobs.run(launcher, ranks, RankLauncher.ENVIRONMENT, RanksProgram.class);
        assertThat(job.output()).startsWith(ranks + " ranks, ");
    }

    private static Map<String, String> withLibrary(Path library) {
        var environment = new HashMap<>(RankLauncher.ENVIRONMENT);
        environment.put("HANDGRAD_MPI", library.toString());
        return environment;
    }
}
