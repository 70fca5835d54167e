package handgrad.data;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;

/**
 * Tokens in a row as a data set for models that predict, at every position of a block, the next one: x has T tokens and
 * y the T that stand one further on.
 *
 * <p>Its rows are blocks one behind the other, so an epoch of {@link Batches} goes over every token once; those behind
 * the last whole block are left out. {@link #batch} draws blocks that begin anywhere. For one thread.
 */
public final class TokenDataset implements BatchSource {
    private final TokenSource tokens;
    private final long from;
    private final long length;
    private final int blockLength;

    private int[] starts = {};
    private int[] offsets = {};
    private Batch batch;

    /** The tokens from {@code from} to before {@code to}. */
    TokenDataset(TokenSource tokens, long from, long to, int blockLength) {
        if (blockLength < 1) {
            throw new IllegalArgumentException("TokenDataset: block length " + blockLength + " must be at least 1");
        }
        if (from < 0 || to < from || to > tokens.size()) {
            throw new IllegalArgumentException(
                    "TokenDataset: " + from + " to " + to + " is not within 0 to " + tokens.size());
        }
        if (to - from <= blockLength) {
            throw new IllegalArgumentException("TokenDataset: " + (to - from) + " tokens give no block of "
                    + blockLength + " and the token behind it; give it more, or make blocks shorter");
        }
        if ((to - from - 1) / blockLength > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("TokenDataset: " + (to - from) + " tokens give more than 2^31 - 1 blocks"
                    + " of " + blockLength + "; make blocks longer");
        }
        this.tokens = tokens;
        this.from = from;
        this.length = to - from;
        this.blockLength = blockLength;
        batch = emptyBatch(0);
    }

    /**
     * All tokens of a data set in memory, which are not copied.
     *
     * @param blockLength T, at least 1
     * @throws IllegalArgumentException if there are not more tokens than a block has
     */
    public static TokenDataset of(int[] tokens, int blockLength) {
        return new TokenDataset(TokenSource.of(tokens), 0, tokens.length, blockLength);
    }

    /** The number of tokens. */
    public long tokens() {
        return length;
    }

    /** The tokens of a row of x, T. */
    public int blockLength() {
        return blockLength;
    }

    /** The number of blocks, one behind the other. */
    @Override
    public int size() {
        return (int) ((length - 1) / blockLength);
    }

    /** x and y, INT32 (rows, T). */
    @Override
    public Batch emptyBatch(int rows) {
        var shape = Shape.of("TokenDataset", rows, blockLength);
        return new Batch(Tensor.zeros(DType.INT32, shape), Tensor.zeros(DType.INT32, shape));
    }

    @Override
    public void fill(int[] rows, Batch target) {
        for (int i = 0; i < rows.length; i++) {
            copy((long) rows[i] * blockLength, target, i);
        }
    }

    /**
     * Blocks that begin at positions drawn with replacement, as {@code ix = torch.randint(len(data) - T, (batchSize,))}
     * draws them: x and y, INT32 (batchSize, T). Where there are 2³¹ positions or more, a block of {@link #size} is
     * drawn for each, and then how far behind its beginning.
     *
     * <p>The tensors belong to this data set: the next call with the same batch size overwrites them and allocates
     * nothing.
     *
     * @throws IllegalArgumentException if {@code batchSize} is less than 1
     */
    public Batch batch(int batchSize, TorchRandom random) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch: size " + batchSize + " must be at least 1");
        }
        if (starts.length != batchSize) {
            starts = new int[batchSize];
            offsets = new int[batchSize];
            batch = emptyBatch(batchSize);
        }
        long positions = length - blockLength;
        if (positions <= Integer.MAX_VALUE) {
            random.randint(0, (int) positions, starts);
            for (int i = 0; i < batchSize; i++) {
                copy(starts[i], batch, i);
            }
        } else {
            random.randint(0, (int) (positions / blockLength), starts);
            random.randint(0, blockLength, offsets);
            for (int i = 0; i < batchSize; i++) {
                copy((long) starts[i] * blockLength + offsets[i], batch, i);
            }
        }
        return batch;
    }

    private void copy(long start, Batch target, int row) {
        tokens.copy(from + start, target.x().ints(), row * blockLength, blockLength);
        tokens.copy(from + start + 1, target.y().ints(), row * blockLength, blockLength);
    }
}
