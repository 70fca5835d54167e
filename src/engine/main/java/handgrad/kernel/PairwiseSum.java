package handgrad.kernel;

import java.util.function.IntToDoubleFunction;

/**
 * Sums in float64, pairwise: each half is summed by itself. No term goes through more than {@code 16 + log2(n)}
 * additions, so the error is at most 4 · 2⁻⁵³ · log2(n) · Σ|term| for two terms or more (Higham, "The accuracy of
 * floating point summation", SIAM Journal on Scientific Computing, 1993).
 */
public final class PairwiseSum {
    /** Terms that are added one after the other: fewer would make the calls cost more than the additions. */
    private static final int RUN = 16;

    private PairwiseSum() {}

    /** The sum of the terms 0 to {@code n - 1}. */
    public static double of(int n, IntToDoubleFunction term) {
        return of(0, n, term);
    }

    private static double of(int from, int to, IntToDoubleFunction term) {
        if (to - from > RUN) {
            int middle = from + (to - from) / 2;
            return of(from, middle, term) + of(middle, to, term);
        }
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += term.applyAsDouble(i);
        }
        return sum;
    }
}
