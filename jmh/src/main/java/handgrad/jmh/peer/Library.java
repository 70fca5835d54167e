package handgrad.jmh.peer;

/** A library that can train a workload inside a JVM. Found by {@link java.util.ServiceLoader}. */
public interface Library {
    /** The name in the tables. */
    String title();

    /** Its version, and what it multiplies matrices with. */
    String version();

    /** Whether it has this workload. */
    boolean supports(Workload workload);

    /** The workload with its first weights, on this many threads. */
    TrainingStep start(Workload workload, int threads);
}
