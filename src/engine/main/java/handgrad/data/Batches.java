package handgrad.data;

/**
 * Batches of a data set without end: shuffled epochs, or draws with replacement.
 *
 * <p>Which rows a batch has follows from the seed and from its number alone. So {@link #position} is all that a
 * training must save to go on with the same batches: {@link #setPosition} in new batches of the same data set and
 * options. The numbers are those of SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
 * generators", 2014), whose n-th number needs none of those before it.
 *
 * <p>For one thread. A step allocates nothing once there has been a batch of each size.
 */
public final class Batches {
    /** 2⁶⁴ by the golden ratio, odd: the step of SplitMix64. */
    private static final long STEP = 0x9e3779b97f4a7c15L;

    private final BatchSource source;
    private final BatchOptions options;
    private final int[] order;
    private final int[] rows;
    private final int[] lastRows;
    private final Batch batch;
    private final Batch lastBatch;

    private long position;
    private long orderedEpoch = -1;

    /**
     * Batches of a data set from its first one.
     *
     * @throws IllegalArgumentException if the data set has no rows, or fewer than a batch where short ones are dropped
     */
    public Batches(BatchSource source, BatchOptions options) {
        int size = source.size();
        boolean mayBeShort = options.keepLast() && !options.replacement();
        if (size < 1) {
            throw new IllegalArgumentException("Batches: the data set has no rows, give it at least 1");
        }
        if (!mayBeShort && !options.replacement() && size < options.size()) {
            throw new IllegalArgumentException("Batches: " + size + " rows give no batch of " + options.size()
                    + " where short ones are dropped; keep the last, or make batches smaller");
        }
        this.source = source;
        this.options = options;
        order = new int[options.replacement() ? 0 : size];
        rows = new int[options.replacement() ? options.size() : Math.min(options.size(), size)];
        lastRows = new int[mayBeShort ? size % rows.length : 0];
        batch = source.emptyBatch(rows.length);
        lastBatch = lastRows.length == 0 ? batch : source.emptyBatch(lastRows.length);
    }

    /**
     * The next batch.
     *
     * <p>Its tensors belong to these batches: a later call overwrites them. Copy what must last longer.
     */
    public Batch next() {
        long epoch = epoch();
        int index = (int) (position % batchesPerEpoch());
        boolean isLast = lastRows.length > 0 && index == batchesPerEpoch() - 1;
        int[] chosen = isLast ? lastRows : rows;
        if (options.replacement()) {
            long first = position * rows.length;
            for (int i = 0; i < chosen.length; i++) {
                chosen[i] = draw(options.seed(), first + i, source.size());
            }
        } else {
            if (orderedEpoch != epoch) {
                shuffle(epoch);
            }
            System.arraycopy(order, index * rows.length, chosen, 0, chosen.length);
        }
        var target = isLast ? lastBatch : batch;
        source.fill(chosen, target);
        position++;
        return target;
    }

    /** The data set and options in words: batches of equal words and positions are equal, if the rows are. */
    public String settings() {
        return source.size() + " rows, " + options;
    }

    /** How many batches there have been: the number of the next one, from 0. */
    public long position() {
        return position;
    }

    /**
     * Goes on with the batch of this number.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public void setPosition(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("setPosition: position " + position + " must be at least 0");
        }
        this.position = position;
    }

    /** The epoch of the next batch, from 0. */
    public long epoch() {
        return position / batchesPerEpoch();
    }

    /** The number of batches in an epoch; with replacement, of those that have as many rows as the data set. */
    public int batchesPerEpoch() {
        return options.replacement()
                ? Math.max(1, source.size() / rows.length)
                : source.size() / rows.length + (lastRows.length > 0 ? 1 : 0);
    }

    /** Fisher and Yates' shuffle of all rows, from their own order, with numbers of this epoch. */
    private void shuffle(long epoch) {
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        long seed = number(options.seed(), epoch);
        for (int i = order.length - 1; i > 0; i--) {
            int j = draw(seed, i, i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        orderedEpoch = epoch;
    }

    /** An integer from [0, bound): the high word of a product, in which none is likelier by more than bound / 2⁶⁴. */
    private static int draw(long seed, long index, int bound) {
        return (int) Math.unsignedMultiplyHigh(number(seed, index), bound);
    }

    /** The number of SplitMix64 with this index. */
    private static long number(long seed, long index) {
        long mixed = seed + (index + 1) * STEP;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
