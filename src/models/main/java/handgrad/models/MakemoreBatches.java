package handgrad.models;

import handgrad.data.Batch;
import handgrad.data.BatchSource;
import handgrad.random.TorchRandom;

/**
 * Batches without end, their rows drawn with replacement, as PyTorch's {@code DataLoader} draws them with a
 * {@code RandomSampler(replacement=True)}. The loader draws two numbers of 64 bits: the first seeds workers, of which
 * there are none; the second seeds a generator of the sampler's own, from which all rows come.
 *
 * <p>For one thread. A batch allocates nothing.
 */
public final class MakemoreBatches {
    private final BatchSource source;
    private final TorchRandom rows;
    private final int[] drawn;
    private final Batch batch;

    /**
     * Batches of so many rows.
     *
     * @param random draws the two numbers, now
     */
    public MakemoreBatches(BatchSource source, int size, TorchRandom random) {
        this.source = source;
        rows = generator(random);
        drawn = new int[size];
        batch = source.emptyBatch(size);
    }

    /** The generator of a sampler of PyTorch's, seeded by the second number. */
    static TorchRandom generator(TorchRandom random) {
        random.random64();
        return TorchRandom.seeded(random.random64());
    }

    /** The next batch; its tensors are those of the one before. */
    public Batch next() {
        rows.randint(0, source.size(), drawn);
        source.fill(drawn, batch);
        return batch;
    }

    /** What the rows are drawn from: with its state the batches go on. */
    public TorchRandom generator() {
        return rows;
    }
}
