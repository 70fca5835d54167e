package handgrad.data;

import handgrad.random.TorchRandom;
import java.util.Arrays;

/**
 * Three parts of a data set: a model learns from {@code train}, is chosen by {@code dev} and judged by {@code test}.
 * Each row is in one of them, and equal seeds and fractions give equal parts.
 */
public record DataSplit(Subset train, Subset dev, Subset test) {
    /** What fractions that add up to 1 may be off by. */
    private static final double ROUNDING = 1e-9;

    /** 80 % for train, 10 % for dev and 10 % for test, as {@link #of(BatchSource, double, double, long)}. */
    public static DataSplit of(BatchSource all, long seed) {
        return of(all, 0.8, 0.1, seed);
    }

    /**
     * Shuffles the rows as PyTorch's {@code random_split} does, by a {@code randperm} of this seed, and cuts them: the
     * first {@code train} of all are for train, the next {@code dev} of all for dev, the rest for test. Where a
     * fraction is no whole number of rows, each of the two cuts is at the nearest row, a half goes up; so test has what
     * is left.
     *
     * @param train the fraction for train, from 0 to 1
     * @param dev the fraction for dev, from 0 to 1 - train; test may so be empty
     * @throws IllegalArgumentException if a fraction is not, or a part that has a fraction would have no row
     */
    public static DataSplit of(BatchSource all, double train, double dev, long seed) {
        int[] order = TorchRandom.seeded(seed).randperm(all.size());
        int[] cuts = cuts(all.size(), train, dev);
        return new DataSplit(
                new Subset(all, Arrays.copyOfRange(order, 0, cuts[0])),
                new Subset(all, Arrays.copyOfRange(order, cuts[0], cuts[1])),
                new Subset(all, Arrays.copyOfRange(order, cuts[1], order.length)));
    }

    /** Where dev and test begin among so many rows. */
    static int[] cuts(int rows, double train, double dev) {
        if (!(train >= 0) || !(dev >= 0) || !(train + dev <= 1 + ROUNDING)) {
            throw new IllegalArgumentException(
                    "split: train " + train + " and dev " + dev + " must be at least 0 and together at most 1");
        }
        boolean withTest = train + dev < 1 - ROUNDING;
        int devStart = (int) Math.min(rows, Math.round(train * rows));
        int testStart = withTest ? (int) Math.min(rows, Math.round((train + dev) * rows)) : rows;
        requireRow("train", train > 0, devStart, rows);
        requireRow("dev", dev > 0, testStart - devStart, rows);
        requireRow("test", withTest, rows - testStart, rows);
        return new int[] {devStart, testStart};
    }

    private static void requireRow(String part, boolean wanted, int count, int rows) {
        if (wanted && count < 1) {
            throw new IllegalArgumentException("split: of " + rows + " rows none is left for " + part
                    + "; give it a larger fraction, or more rows");
        }
    }
}
