package handgrad.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LauncherTest {
    @ParameterizedTest
    @CsvSource({
        "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=4, OPEN_MPI, 1, 4",
        "OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1 PMIX_RANK=0 SLURM_JOB_ID=7 SLURM_NTASKS=9, OPEN_MPI, 0, 1",
        "PMI_RANK=2 PMI_SIZE=3, MPICH, 2, 3",
        "PMI_RANK=2 PMI_SIZE=3 SLURM_JOB_ID=7, SLURM, 2, 3",
        "PMIX_RANK=5 SLURM_STEP_NUM_TASKS=8 SLURM_JOB_ID=7, SLURM, 5, 8"
    })
    void knowsALauncherByItsVariables(String environment, Launcher.Kind kind, int rank, int size) {
        assertThat(Launcher.of(variables(environment))).contains(new Launcher(kind, rank, size));
    }

    /** The third is a script of sbatch, which is no rank itself. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HOME=/root",
                "PMI_RANK=1",
                "SLURM_JOB_ID=7 SLURM_PROCID=0 SLURM_NTASKS=4 SLURM_STEP_NUM_TASKS=1",
                "PMIX_RANK=5 SLURM_STEP_NUM_TASKS=8",
                "PMI_RANK=3 PMI_SIZE=3",
                "PMI_RANK=-1 PMI_SIZE=3",
                "PMI_RANK=x PMI_SIZE=3",
                "PMI_RANK=0 PMI_SIZE=99999999999"
            })
    void seesThatThereIsNone(String environment) {
        assertThat(Launcher.of(variables(environment))).isEmpty();
    }

    @Test
    void namesItsKind() {
        assertThat(Stream.of(Launcher.Kind.values()).map(Launcher.Kind::toString))
                .containsExactly("mpirun of Open MPI", "mpiexec of MPICH", "Slurm");
    }

    private static Map<String, String> variables(String environment) {
        return Stream.of(environment.split(" ", -1))
                .map(variable -> variable.split("=", -1))
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
    }
}
