package handgrad.jmh;

import java.util.Random;

/** Random numbers to compute with. */
final class RandomOperands {
    /** After so many numbers they repeat: a prime, so that no row or vector repeats with it. */
    private static final int PERIOD = 65_537;

    private RandomOperands() {}

    /** Normally distributed numbers; they repeat, because drawing millions would take longer than the benchmark. */
    static float[] normals(long seed, int n) {
        var random = new Random(seed);
        float[] values = new float[n];
        for (int i = 0; i < Math.min(n, PERIOD); i++) {
            values[i] = (float) random.nextGaussian();
        }
        for (int i = PERIOD; i < n; i += PERIOD) {
            System.arraycopy(values, 0, values, i, Math.min(PERIOD, n - i));
        }
        return values;
    }
}
