package handgrad.data;

/**
 * A data set of two files of rows that are read where they lie, and so may be larger than memory: what a model sees,
 * and what it should say of it.
 */
public final class MappedDataset implements BatchSource, AutoCloseable {
    private final MappedRows x;
    private final MappedRows y;

    /**
     * A data set of these rows, which {@link #close} closes.
     *
     * @throws IllegalArgumentException if they are not equally many; the files stay open
     */
    public MappedDataset(MappedRows x, MappedRows y) {
        if (x.size() != y.size()) {
            throw new IllegalArgumentException("MappedDataset: x and y must have the same number of rows, they have "
                    + x.size() + " and " + y.size());
        }
        this.x = x;
        this.y = y;
    }

    @Override
    public int size() {
        return x.size();
    }

    @Override
    public Batch emptyBatch(int rows) {
        return new Batch(x.empty(rows), y.empty(rows));
    }

    @Override
    public void fill(int[] rows, Batch target) {
        x.fill(rows, target.x());
        y.fill(rows, target.y());
    }

    /** Closes both files. */
    @Override
    public void close() {
        x.close();
        y.close();
    }
}
