package handgrad.models;

import handgrad.data.Dataset;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Locale;

/**
 * How often each character follows each context. A context of T characters is a number of T digits to the base V, the
 * number of symbols; the first character is the highest digit.
 *
 * @param counts FLOAT64 of shape (Vᵀ, V)
 * @param rows how many there are in all
 */
public record Counts(Tensor counts, int rows) {
    /** The longest context of the lectures' 27 symbols whose table fits in memory with ease: 27⁴ rows. */
    private static final int LONGEST_CONTEXT = 4;

    /** The numbers of the largest table, 1 GiB: shorter contexts, where there are more symbols. */
    private static final int LARGEST_TABLE = 1 << 27;

    /**
     * Counts the rows of a data set; its block size is the length of the contexts.
     *
     * @throws IllegalArgumentException if contexts are longer than 4 characters, or the table had more than 2²⁷ numbers
     */
    public static Counts of(Dataset data) {
        int length = data.x().size(1);
        if (length > LONGEST_CONTEXT) {
            throw new IllegalArgumentException(
                    "Counts: contexts must have at most " + LONGEST_CONTEXT + " characters, they have " + length);
        }
        int symbols = data.alphabet().size();
        double numbers = StrictMath.pow(symbols, length + 1);
        if (numbers > LARGEST_TABLE) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "Counts: the table of %d characters before each of %,d symbols would have %.1e numbers, at most %,d"
                            + " are kept; use shorter contexts or fewer symbols",
                    length,
                    symbols,
                    numbers,
                    LARGEST_TABLE));
        }
        var counts = Tensor.zeros(DType.FLOAT64, Shape.of((int) StrictMath.pow(symbols, length), symbols));
        double[] cells = counts.doubles();
        int[] contexts = contexts(data);
        int[] nexts = data.y().ints();
        for (int i = 0; i < nexts.length; i++) {
            cells[contexts[i] * symbols + nexts[i]]++;
        }
        return new Counts(counts, nexts.length);
    }

    /** The number of each row's context. */
    private static int[] contexts(Dataset data) {
        int length = data.x().size(1);
        int base = data.alphabet().size();
        int[] symbols = data.x().ints();
        int[] contexts = new int[data.size()];
        for (int i = 0; i < symbols.length; i++) {
            contexts[i / length] = contexts[i / length] * base + symbols[i];
        }
        return contexts;
    }

    /**
     * ln((count + smoothing) / Σ (count + smoothing)), each sum over the characters that may follow; of the shape of
     * counts.
     */
    public Tensor logProbabilities(double smoothing) {
        var smoothed = counts.add(smoothing);
        return smoothed.div(smoothed.sum(1, true)).log();
    }

    /**
     * The mean negative log-probability of these rows under a table, (Vᵀ, V) of log-probabilities; what does not
     * occur does not count, however improbable.
     */
    public double loss(Tensor logProbabilities) {
        double sum = 0;
        for (int i = 0; i < counts.shape().elements(); i++) {
            double count = counts.getFlat(i);
            if (count > 0) {
                sum -= count * logProbabilities.getFlat(i);
            }
        }
        return sum / rows;
    }
}
