package handgrad.nn;

import java.io.Serial;

/** Says that a rank of a {@link Collective} has failed, and why; all ranks end by it. */
public final class RankFailedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int rank;

    /**
     * The failure of a rank.
     *
     * @param rank the lowest that failed
     * @param message why
     */
    public RankFailedException(int rank, String message) {
        super("rank " + rank + " failed: " + message);
        this.rank = rank;
    }

    /** The lowest rank that failed. */
    public int rank() {
        return rank;
    }
}
