package handgrad.jmh;

import java.util.Arrays;
import java.util.List;

/**
 * One cell of a study's table: the median of all samples, and the lowest and the highest of them.
 *
 * @param row what was computed, for example {@code 128x128x128 NN}
 * @param column by what, for example {@code OpenBLAS}
 * @param spread how far the medians of the processes lie apart, or the samples if there was only one process, as a
 *     share of the median
 * @param allocated the bytes that a call allocates; NaN if that was not measured
 */
public record Score(
        String row, String column, double median, double low, double high, double spread, double allocated) {
    /** A smallest object has 16 bytes on HotSpot; a mean below that is of JMH itself, which allocates now and then. */
    private static final double SMALLEST_OBJECT = 16;

    /** Whether a call allocates. */
    boolean allocates() {
        return allocated >= SMALLEST_OBJECT;
    }

    /** The score of these samples. */
    public static Score of(String row, String column, double... samples) {
        return of(row, column, List.of(samples), Double.NaN);
    }

    /** The score of the samples of each process. */
    static Score of(String row, String column, List<double[]> forks, double allocated) {
        double[] samples = forks.stream().flatMapToDouble(Arrays::stream).toArray();
        double median = median(column + ", " + row, samples);
        double[] medians =
                forks.stream().mapToDouble(fork -> median(row, fork)).sorted().toArray();
        Arrays.sort(samples);
        double[] apart = forks.size() > 1 ? medians : samples;
        double spread = (apart[apart.length - 1] - apart[0]) / median;
        return new Score(row, column, median, samples[0], samples[samples.length - 1], spread, allocated);
    }

    /** The same under other names. */
    Score named(String newRow, String newColumn) {
        return new Score(newRow, newColumn, median, low, high, spread, allocated);
    }

    private static double median(String what, double[] samples) {
        if (samples.length == 0) {
            throw new IllegalArgumentException("no samples of " + what);
        }
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
