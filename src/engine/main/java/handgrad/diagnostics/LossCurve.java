package handgrad.diagnostics;

/**
 * The loss of a training averaged over bins of steps, as makemore part 5 draws it: the mean of log10 of the losses.
 *
 * @param binSize the steps of a bin; the last bin may have fewer
 * @param log10 of each bin, the mean of log10 of its losses
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
public record LossCurve(int binSize, double[] log10) {
    /** The steps of a bin of part 5, which has 200,000 steps. */
    private static final int LARGEST_BIN = 1000;

    private static final int LEAST_BINS = 100;

    /** The curve of these losses: bins of 1,000 steps; of 100, 10 or 1 where there would be fewer than 100 bins. */
    public static LossCurve of(float[] losses) {
        int binSize = LARGEST_BIN;
        while (binSize > 1 && losses.length < LEAST_BINS * binSize) {
            binSize /= 10;
        }
        double[] log10 = new double[Math.ceilDiv(losses.length, binSize)];
        for (int bin = 0; bin < log10.length; bin++) {
            int from = bin * binSize;
            int to = Math.min(losses.length, from + binSize);
            for (int i = from; i < to; i++) {
                log10[bin] += Math.log10(losses[i]) / (to - from);
            }
        }
        return new LossCurve(binSize, log10);
    }
}
