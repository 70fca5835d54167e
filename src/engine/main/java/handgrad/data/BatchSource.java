package handgrad.data;

/** A data set whose rows {@link Batches} can put together in any order: what a data set of one's own implements. */
public interface BatchSource {
    /** The number of rows. */
    int size();

    /** A batch with room for so many rows, which {@link #fill} overwrites. */
    Batch emptyBatch(int rows);

    /**
     * Writes rows of the data set into a batch, in this order; it allocates nothing.
     *
     * @param rows the row of the data set for each row of the batch, each from 0 to size() - 1
     * @param target a batch of {@link #emptyBatch} with rows.length rows
     */
    void fill(int[] rows, Batch target);
}
