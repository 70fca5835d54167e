package handgrad.app.train;

import handgrad.app.command.WrongInputException;
import handgrad.nn.DataParallel.Normalizing;

/**
 * How the batches of a training are cut.
 *
 * @param shards into how many shards; 0 for none
 * @param normalizing what batch normalisation normalises a shard by
 */
public record Sharding(int shards, Normalizing normalizing) {
    /** Each batch at once. */
    public static final Sharding NONE = of(0);

    /** Shards that are normalised by themselves. */
    public static Sharding of(int shards) {
        return new Sharding(shards, Normalizing.BY_SHARD);
    }

    boolean isSynchronized() {
        return normalizing == Normalizing.BY_BATCH;
    }

    /** The value of {@link ShardsOption#BATCH_NORM}. */
    String batchNorm() {
        return isSynchronized() ? "synchronized" : "shard";
    }

    /**
     * What a value of an option says.
     *
     * @param option names it in errors
     */
    static Normalizing normalizing(String option, String text) {
        return switch (text) {
            case "shard" -> Normalizing.BY_SHARD;
            case "synchronized" -> Normalizing.BY_BATCH;
            default -> throw new WrongInputException(option + " must be shard or synchronized, it is " + text);
        };
    }
}
