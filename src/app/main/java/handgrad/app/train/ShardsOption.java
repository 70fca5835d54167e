package handgrad.app.train;

import handgrad.app.command.WrongInputException;
import handgrad.nn.Collective;
import java.util.Locale;

/** What {@code --shards} may be: into how many shards each batch is cut. */
public final class ShardsOption {
    /** Its name. */
    public static final String NAME = "--shards";

    /** What it says in the help, without a full stop. */
    public static final String DESCRIPTION = "Cut each batch into N shards, a power of 2, which threads and ranks of"
            + " mpirun compute side by side; results depend on N alone. Without it a batch is computed at once";

    /** The option that says what batch normalisation normalises a shard by. */
    static final String BATCH_NORM = "--batch-norm";

    /** What it says in the help, without a full stop. */
    static final String BATCH_NORM_DESCRIPTION = "With --shards, what batch normalisation normalises by: shard, each"
            + " shard by its own rows, or synchronized, all by the whole batch, as without shards; default shard";

    private ShardsOption() {}

    /**
     * Refuses a number of shards that a batch cannot be cut into.
     *
     * @param title of the model
     * @param normalises whether the model normalises by the rows of a batch
     */
    public static void check(String title, int shards, int batchSize, boolean normalises) {
        if (Integer.bitCount(shards) != 1) {
            throw new WrongInputException(NAME + " must be a power of 2, it is " + shards);
        }
        if (shards > batchSize) {
            throw new WrongInputException(String.format(
                    Locale.ROOT, "--shards %d is more than the rows of a batch: --batch-size %d", shards, batchSize));
        }
        if (normalises && batchSize / shards < 2) {
            throw new WrongInputException(String.format(
                    Locale.ROOT,
                    "--shards %d leaves single rows of --batch-size %d, and %s normalises each shard by its own rows,"
                            + " at least 2; or give --batch-norm synchronized",
                    shards,
                    batchSize,
                    title));
        }
    }

    /**
     * Refuses ranks that have no shard.
     *
     * @param shards 0 for none
     */
    public static void check(int shards, Collective ranks) {
        if (ranks.size() > 1 && shards == 0) {
            throw new WrongInputException("%d ranks want --shards, a power of 2 and at least as many, to share a batch"
                    .formatted(ranks.size()));
        }
        if (ranks.size() > Math.max(1, shards)) {
            throw new WrongInputException(
                    "--shards %d is fewer than the %d ranks, each of which wants a shard; start fewer, or give more"
                                    .formatted(shards, ranks.size())
                            + " shards");
        }
    }
}
