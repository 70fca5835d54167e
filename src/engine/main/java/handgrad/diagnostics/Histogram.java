package handgrad.diagnostics;

/**
 * How many values fall into each of some bins of equal width. NaN and infinite values are left out.
 *
 * @param from the lower end of the first bin: the least value
 * @param to the upper end of the last bin: the largest value, which belongs to the last bin
 * @param counts the values in each bin; empty where there is no finite value
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
public record Histogram(double from, double to, int[] counts) {}
