package handgrad.nn;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

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
     * @param cause the failure itself, at the rank that failed; null at the others
     */
    public RankFailedException(int rank, String message, @Nullable Throwable cause) {
        super("rank " + rank + " failed: " + message, cause);
        this.rank = rank;
    }

    /** The lowest rank that failed. */
    public int rank() {
        return rank;
    }
}
