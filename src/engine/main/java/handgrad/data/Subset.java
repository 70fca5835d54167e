package handgrad.data;

/** Some rows of a data set, as a data set of their own that copies nothing. For one thread. */
public final class Subset implements BatchSource {
    private final BatchSource all;
    private final int[] chosen;

    /** Rows of the whole for a batch of this subset, for each of the two sizes that an epoch has. */
    private int[] rows = {};

    private int[] otherRows = {};

    /**
     * These rows, in this order.
     *
     * @param chosen each from 0 to all.size() - 1
     * @throws IllegalArgumentException if one is not
     */
    public Subset(BatchSource all, int... chosen) {
        for (int i = 0; i < chosen.length; i++) {
            if (chosen[i] < 0 || chosen[i] >= all.size()) {
                throw new IllegalArgumentException(
                        "Subset: row " + chosen[i] + " at " + i + " is not within 0 to " + (all.size() - 1));
            }
        }
        this.all = all;
        this.chosen = chosen.clone();
    }

    /** For each row its row in the whole. */
    public int[] chosen() {
        return chosen.clone();
    }

    @Override
    public int size() {
        return chosen.length;
    }

    @Override
    public Batch emptyBatch(int rows) {
        return all.emptyBatch(rows);
    }

    @Override
    public void fill(int[] wanted, Batch target) {
        if (rows.length != wanted.length) {
            int[] last = rows;
            rows = otherRows.length == wanted.length ? otherRows : new int[wanted.length];
            otherRows = last;
        }
        for (int i = 0; i < wanted.length; i++) {
            rows[i] = chosen[wanted[i]];
        }
        all.fill(rows, target);
    }
}
