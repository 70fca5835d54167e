package handgrad.jmh;

/**
 * How long a study measures: in how many processes, and how long in those of the peers; {@link BenchmarkGroup} times
 * JMH.
 */
public enum Effort {
    /** To see that it works and what is roughly to be expected: less than a minute for a study, but for the peers. */
    QUICK(1, 2, 2, 0.2),
    /** For figures to publish. */
    FULL(5, 3, 5, 0.3);

    private final int forks;
    private final int warmups;
    private final int iterations;
    private final double seconds;

    Effort(int forks, int warmups, int iterations, double seconds) {
        this.forks = forks;
        this.warmups = warmups;
        this.iterations = iterations;
        this.seconds = seconds;
    }

    /** Fresh processes for each figure: the addresses of arrays, and with them the speed, differ between processes. */
    public int forks() {
        return forks;
    }

    /**
     * Iterations of a second before the measured ones. Loops on the Vector API run thousands of times slower than later
     * until C2 has compiled them.
     */
    public int warmups() {
        return warmups;
    }

    /** Measured iterations; each gives one sample, its mean. */
    public int iterations() {
        return iterations;
    }

    /** The length of a measured iteration. */
    public double seconds() {
        return seconds;
    }
}
