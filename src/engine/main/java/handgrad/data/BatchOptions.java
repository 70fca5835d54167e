package handgrad.data;

/**
 * How {@link Batches} goes over a data set.
 *
 * @param size the rows of a batch, at least 1
 * @param seed what the order follows from
 * @param replacement whether each row of a batch is drawn from all rows; otherwise each epoch has every row once
 * @param keepLast whether the last batch of an epoch may be smaller than the others; otherwise its rows are left out
 *     of that epoch. With replacement every batch is full
 */
public record BatchOptions(int size, long seed, boolean replacement, boolean keepLast) {
    /**
     * Options with these values.
     *
     * @throws IllegalArgumentException if the size is less than 1
     */
    public BatchOptions {
        if (size < 1) {
            throw new IllegalArgumentException("BatchOptions: size " + size + " must be at least 1");
        }
    }

    /** Shuffled epochs without replacement, of which the last batch is kept, however small. */
    public static BatchOptions of(int size, long seed) {
        return new BatchOptions(size, seed, false, true);
    }

    /** These options with draws with replacement, or without. */
    public BatchOptions withReplacement(boolean replacement) {
        return new BatchOptions(size, seed, replacement, keepLast);
    }

    /** These options with the last short batch of an epoch kept, or dropped. */
    public BatchOptions withKeepLast(boolean keepLast) {
        return new BatchOptions(size, seed, replacement, keepLast);
    }
}
