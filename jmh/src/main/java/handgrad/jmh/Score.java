package handgrad.jmh;

import java.util.Arrays;

/**
 * One cell of a study's table: the median of all samples, and the lowest and the highest of them.
 *
 * @param row what was computed, for example {@code 128x128x128 NN}
 * @param column by what, for example {@code OpenBLAS}
 */
public record Score(String row, String column, double median, double low, double high) {
    /** The score of these samples. */
    public static Score of(String row, String column, double... samples) {
        if (samples.length == 0) {
            throw new IllegalArgumentException("no samples of " + column + ", " + row);
        }
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Score(row, column, median, sorted[0], sorted[sorted.length - 1]);
    }
}
