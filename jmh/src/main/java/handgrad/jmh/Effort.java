package handgrad.jmh;

/**
 * How long a study measures.
 *
 * @param title its name in the results
 * @param forks fresh processes for each figure, because the addresses of arrays differ from process to process
 * @param warmups iterations before the measured ones
 * @param iterations measured iterations; each gives one sample, its mean
 * @param seconds the length of an iteration
 */
public record Effort(String title, int forks, int warmups, int iterations, double seconds) {
    /** To see that it works and what is roughly to be expected: about a minute for a study. */
    public static final Effort QUICK = new Effort("quick", 1, 2, 2, 0.2);

    /** For figures to publish. */
    public static final Effort FULL = new Effort("full", 5, 3, 5, 0.3);

    /** The same with iterations of a second, for whole steps, which C2 needs longer to compile. */
    public Effort withLongIterations() {
        return new Effort(title, forks, warmups, iterations, 1);
    }
}
