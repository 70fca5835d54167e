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

    /**
     * The rows from {@code from} to before {@code to} in tensors of their own.
     *
     * @throws IllegalArgumentException if these are not rows of the data set
     */
    default Batch rows(int from, int to) {
        if (from < 0 || to < from || to > size()) {
            throw new IllegalArgumentException("rows: " + from + " to " + to + " is not within 0 to " + size());
        }
        int[] rows = new int[to - from];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = from + i;
        }
        var batch = emptyBatch(rows.length);
        fill(rows, batch);
        return batch;
    }
}
