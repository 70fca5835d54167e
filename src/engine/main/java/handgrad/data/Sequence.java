package handgrad.data;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;

/**
 * Symbols one after the other, each with the one to predict there, for models that predict at every position at once.
 *
 * <p>A batch is of crops, drawn with replacement. A crop of length L has the L + receptiveField - 1 symbols that L
 * predictions see, so that none is made with a part of its past missing. For one thread.
 */
public final class Sequence {
    private final int[] symbols;
    private final int[] targets;
    private final int receptiveField;

    private int[] starts = {};
    private Batch batch = emptyBatch(0, 0, 1);

    /**
     * A sequence on these arrays.
     *
     * @param targets what is to be predicted at each position, or {@link handgrad.tensor.LossFunctions#IGNORED}
     * @param receptiveField how many symbols a prediction sees, at least 1 and at most the number of symbols
     */
    public Sequence(int[] symbols, int[] targets, int receptiveField) {
        if (targets.length != symbols.length) {
            throw new IllegalArgumentException(
                    "Sequence: " + symbols.length + " symbols want as many targets, they are " + targets.length);
        }
        if (receptiveField < 1 || receptiveField > symbols.length) {
            throw new IllegalArgumentException("Sequence: the receptive field must be from 1 to the number of symbols, "
                    + symbols.length + ", it is " + receptiveField);
        }
        this.symbols = symbols;
        this.targets = targets;
        this.receptiveField = receptiveField;
    }

    /** The number of symbols. */
    public int size() {
        return symbols.length;
    }

    /**
     * Crops drawn with replacement: x is (rows, length + receptiveField - 1), y (rows · length), row by row. A sequence
     * that is shorter than that gives crops of the length that it has.
     *
     * <p>The tensors belong to this sequence: the next call with the same sizes overwrites them and allocates nothing.
     */
    public Batch batch(int rows, int length, TorchRandom random) {
        if (rows < 1 || length < 1) {
            throw new IllegalArgumentException(
                    "batch: wants at least 1 row of length 1, they are " + rows + " and " + length);
        }
        int predictions = Math.min(length, symbols.length - receptiveField + 1);
        int seen = predictions + receptiveField - 1;
        if (starts.length != rows || batch.x().size(1) != seen) {
            starts = new int[rows];
            batch = emptyBatch(rows, seen, predictions);
        }
        random.randint(0, symbols.length - seen + 1, starts);
        for (int row = 0; row < rows; row++) {
            System.arraycopy(symbols, starts[row], batch.x().ints(), row * seen, seen);
            System.arraycopy(
                    targets, starts[row] + receptiveField - 1, batch.y().ints(), row * predictions, predictions);
        }
        return batch;
    }

    private static Batch emptyBatch(int rows, int seen, int predictions) {
        return new Batch(
                Tensor.zeros(DType.INT32, Shape.of("batch", rows, seen)),
                Tensor.zeros(DType.INT32, Shape.of(rows * predictions)));
    }
}
