package handgrad.mpi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The program that started this process as one of several ranks.
 *
 * <p>It is known by the environment that it gives to its processes: {@code OMPI_COMM_WORLD_SIZE} is Open MPI's,
 * {@code PMI_SIZE} that of MPICH and its relatives. Slurm's {@code srun} serves either with {@code PMI_SIZE} or
 * {@code PMIX_RANK}. A script of {@code sbatch} itself has neither, and is no rank.
 *
 * @param kind whose launcher it is
 * @param rank the number of this process among the ranks, from 0
 * @param size the number of ranks
 */
public record Launcher(Kind kind, int rank, int size) {
    /** Whose launcher it is: a library of another kind would see each process alone. */
    public enum Kind {
        /** {@code mpirun} of Open MPI. */
        OPEN_MPI("mpirun of Open MPI"),

        /** {@code mpiexec} of MPICH and of what is made from it, such as Intel MPI and MVAPICH. */
        MPICH("mpiexec of MPICH"),

        /** {@code srun} of Slurm, or an {@code mpiexec} inside a job of Slurm; its library may be of either kind. */
        SLURM("Slurm");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /** The launcher of this process, empty if none started it. */
    public static Optional<Launcher> current() {
        return of(System.getenv());
    }

    static Optional<Launcher> of(Map<String, String> environment) {
        var openMpi = of(Kind.OPEN_MPI, environment, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE");
        if (openMpi.isPresent()) {
            return openMpi;
        }
        boolean slurm = environment.containsKey("SLURM_JOB_ID");
        var pmi = of(slurm ? Kind.SLURM : Kind.MPICH, environment, "PMI_RANK", "PMI_SIZE");
        if (pmi.isPresent() || !slurm) {
            return pmi;
        }
        return of(Kind.SLURM, environment, "PMIX_RANK", "SLURM_STEP_NUM_TASKS");
    }

    /**
     * Asks the launcher to end all ranks. Most do so of themselves when a process exits with a code other than 0. That
     * of MPICH does not before MPI is open (its issue 6124), but takes the request by which MPI_Abort ends a job there:
     * a line of PMI, the interface of process managers, to a descriptor that it left open.
     */
    void abort(int exitCode) {
        var descriptor = number(System.getenv(), "PMI_FD");
        if (kind == Kind.OPEN_MPI || descriptor.isEmpty()) {
            return;
        }
        var linker = Linker.nativeLinker();
        var write = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("write"),
                FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
        try (var arena = Arena.ofConfined()) {
            var line = arena.allocateFrom("cmd=abort exitcode=" + exitCode + "\n");
            long _ = (long) write.invokeExact(descriptor.getAsInt(), line, line.byteSize() - 1);
        } catch (Throwable failure) {
            throw MpiFunctions.unchecked(failure);
        }
    }

    private static Optional<Launcher> of(Kind kind, Map<String, String> environment, String rank, String size) {
        var ranks = number(environment, size);
        var own = number(environment, rank);
        return ranks.isEmpty() || own.isEmpty() || own.getAsInt() >= ranks.getAsInt()
                ? Optional.empty()
                : Optional.of(new Launcher(kind, own.getAsInt(), ranks.getAsInt()));
    }

    private static OptionalInt number(Map<String, String> environment, String name) {
        var value = environment.getOrDefault(name, "");
        return value.matches("\\d{1,9}") ? OptionalInt.of(Integer.parseInt(value)) : OptionalInt.empty();
    }
}
