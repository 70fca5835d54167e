package handgrad.data;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.LossFunctions;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Names as rows to learn from: the last characters so far, and the one that follows.
 *
 * <p>A name of L characters gives L + 1 rows. With a block size of 3, emma gives {@code ... → e}, {@code ..e → m},
 * {@code .em → m}, {@code emm → a} and {@code mma → .}, in the numbers of {@link Alphabet}.
 *
 * <p>The tensors of a data set may be read by several threads at once; {@link #batch} is for one thread.
 */
public final class Dataset {
    private final List<String> words;
    private final Alphabet alphabet;
    private final Tensor x;
    private final Tensor y;

    private int[] drawn = {};
    private Batch batch;

    Dataset(List<String> words, Alphabet alphabet, int blockSize) {
        this.words = List.copyOf(words);
        this.alphabet = alphabet;
        long rows = words.stream()
                .mapToLong(word -> word.codePointCount(0, word.length()) + 1L)
                .sum();
        x = Tensor.zeros(DType.INT32, Shape.of("Dataset", rows, blockSize));
        y = Tensor.zeros(DType.INT32, Shape.of("Dataset", rows));
        batch = emptyBatch(0, blockSize);
        fillRows(blockSize);
    }

    private void fillRows(int blockSize) {
        int[] contexts = x.ints();
        int[] nexts = y.ints();
        int row = 0;
        for (var word : words) {
            int[] characters = alphabet.encode(word);
            for (int position = 0; position <= characters.length; position++) {
                nexts[row] = position == characters.length ? 0 : characters[position];
                if (position > 0) { // the context of the row before, one to the left, and its next character
                    int start = row * blockSize;
                    System.arraycopy(contexts, start - blockSize + 1, contexts, start, blockSize - 1);
                    contexts[start + blockSize - 1] = nexts[row - 1];
                }
                row++;
            }
        }
    }

    /**
     * The rows as one sequence, for models that predict at every position: each name after as many dots as the block
     * size, so that the window of characters that ends where a prediction is made is a row. At the dots before the last
     * of a name there is nothing to predict.
     */
    public Sequence sequence() {
        int blockSize = x.size(1);
        int length = size() + words.size() * (blockSize - 1);
        int[] symbols = new int[length];
        int[] targets = new int[length];
        Arrays.fill(targets, LossFunctions.IGNORED);
        int at = 0;
        for (var word : words) {
            at += blockSize - 1; // dots, which are zeros
            int[] characters = alphabet.encode(word);
            for (int position = 0; position <= characters.length; position++) {
                symbols[at] = position == 0 ? 0 : characters[position - 1];
                targets[at] = position == characters.length ? 0 : characters[position];
                at++;
            }
        }
        return new Sequence(symbols, targets, blockSize);
    }

    /** The names, in the order of their rows. */
    public List<String> words() {
        return words;
    }

    /** What the numbers of the rows stand for: an alphabet with every character of these names, and maybe more. */
    public Alphabet alphabet() {
        return alphabet;
    }

    /** All contexts, INT32 of shape (rows, block size). */
    public Tensor x() {
        return x;
    }

    /** The character that follows each context, INT32 of shape (rows). */
    public Tensor y() {
        return y;
    }

    /** The number of rows. */
    public int size() {
        return y.size(0);
    }

    /**
     * Rows drawn with replacement, as {@code ix = torch.randint(0, size, (batchSize,))} and {@code x[ix], y[ix]}.
     *
     * <p>The tensors of the batch belong to this data set: the next call with the same batch size overwrites them and
     * allocates nothing. Copy what must last longer.
     *
     * @throws IllegalArgumentException if {@code batchSize} is less than 1
     */
    public Batch batch(int batchSize, TorchRandom random) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch: size " + batchSize + " must be at least 1");
        }
        int blockSize = x.size(1);
        if (drawn.length != batchSize) {
            drawn = new int[batchSize];
            batch = emptyBatch(batchSize, blockSize);
        }
        random.randint(0, size(), drawn);
        int[] contexts = batch.x().ints();
        int[] nexts = batch.y().ints();
        for (int i = 0; i < batchSize; i++) {
            System.arraycopy(x.ints(), drawn[i] * blockSize, contexts, i * blockSize, blockSize);
            nexts[i] = y.ints()[drawn[i]];
        }
        return batch;
    }

    private static Batch emptyBatch(int batchSize, int blockSize) {
        return new Batch(
                Tensor.zeros(DType.INT32, Shape.of(batchSize, blockSize)),
                Tensor.zeros(DType.INT32, Shape.of(batchSize)));
    }
}
