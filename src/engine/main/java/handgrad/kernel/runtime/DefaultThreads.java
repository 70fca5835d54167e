package handgrad.kernel.runtime;

import org.jspecify.annotations.Nullable;

/**
 * How many threads share work unless somebody asks for another number: as many as the processors that this process may
 * use. The JVM counts those by affinity and by the quota of the cgroup. A cluster's scheduler, Slurm, need not enforce
 * what it gave, but says it in {@code SLURM_CPUS_PER_TASK}, so that number is the limit where it is less.
 *
 * @param count the threads, at least 1
 * @param origin who says so where it is Slurm, or why its word is not followed; empty without it
 */
record DefaultThreads(int count, String origin) {
    private static final String SLURM = "SLURM_CPUS_PER_TASK";

    static DefaultThreads ofThisProcess() {
        return of(Runtime.getRuntime().availableProcessors(), System.getenv(SLURM));
    }

    /**
     * The default for so many processors.
     *
     * @param slurm the value of the variable; not followed where it is no whole number from 1 to {@code processors}
     */
    static DefaultThreads of(int processors, @Nullable String slurm) {
        if (slurm == null) {
            return new DefaultThreads(processors, "");
        }
        // More digits than an int may have are no number of processors.
        int given = slurm.matches("[0-9]{1,9}") ? Integer.parseInt(slurm) : 0;
        if (given == 0) {
            return new DefaultThreads(processors, SLURM + " is no number of processors and not followed");
        }
        return given <= processors
                ? new DefaultThreads(given, SLURM)
                : new DefaultThreads(
                        processors, SLURM + " is " + given + ", but the process may use " + processors + " processors");
    }
}
