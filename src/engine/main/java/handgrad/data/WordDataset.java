package handgrad.data;

import handgrad.tensor.DType;
import handgrad.tensor.LossFunctions;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.List;

/**
 * Words as rows for models that predict at every position: one row for each word, as in makemore.py.
 *
 * <p>x begins with 0, the symbol that stands before and after a word, and has then its characters; y has the
 * characters, then 0 where the word ends. Behind that x is 0 and y is {@link LossFunctions#IGNORED}, so that a loss
 * leaves it out. With a block of 6, emma is {@code . e m m a .} to {@code e m m a .} and one position that is ignored.
 *
 * <p>The tensors may be read by several threads at once.
 */
public final class WordDataset implements BatchSource {
    private final List<String> words;
    private final Alphabet alphabet;
    private final TensorDataset rows;

    /**
     * A data set of words in this order.
     *
     * @param alphabet has every character of the words
     * @param blockSize the positions of a row, more than the longest word has characters: {@link #blockSize(Iterable)}
     * @throws IllegalArgumentException if a word does not fit into a row, or has a character that the alphabet has not
     */
    public WordDataset(List<String> words, Alphabet alphabet, int blockSize) {
        this.words = List.copyOf(words);
        this.alphabet = alphabet;
        var shape = Shape.of("WordDataset", words.size(), blockSize);
        rows = new TensorDataset(Tensor.zeros(DType.INT32, shape), Tensor.zeros(DType.INT32, shape));
        y().fill(LossFunctions.IGNORED);
        for (int row = 0; row < words.size(); row++) {
            fillRow(alphabet.encode(words.get(row)), row, blockSize);
        }
    }

    private void fillRow(int[] characters, int row, int blockSize) {
        int length = characters.length;
        if (length >= blockSize) {
            throw new IllegalArgumentException("WordDataset: a word of " + length
                    + " characters and the symbol of its end do not fit into a block of " + blockSize);
        }
        int start = row * blockSize;
        System.arraycopy(characters, 0, x().ints(), start + 1, length);
        System.arraycopy(characters, 0, y().ints(), start, length);
        y().ints()[start + length] = 0;
    }

    /** The positions that words need: one more than the longest has characters. */
    public static int blockSize(Iterable<String> words) {
        int longest = 0;
        for (var word : words) {
            longest = Math.max(longest, word.codePointCount(0, word.length()));
        }
        return longest + 1;
    }

    /** The words, in the order of their rows. */
    public List<String> words() {
        return words;
    }

    /** What the numbers of the rows stand for. */
    public Alphabet alphabet() {
        return alphabet;
    }

    /** The positions of a row. */
    public int blockSize() {
        return x().size(1);
    }

    /** All that a model sees, INT32 (words, block size). */
    public Tensor x() {
        return rows.x();
    }

    /** What follows each position, or IGNORED; INT32 (words, block size). */
    public Tensor y() {
        return rows.y();
    }

    /** The number of words. */
    @Override
    public int size() {
        return rows.size();
    }

    /** x and y, INT32 (rows, block size). */
    @Override
    public Batch emptyBatch(int rows) {
        return this.rows.emptyBatch(rows);
    }

    @Override
    public void fill(int[] rows, Batch target) {
        this.rows.fill(rows, target);
    }
}
