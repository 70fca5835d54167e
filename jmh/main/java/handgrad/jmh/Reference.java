package handgrad.jmh;

import java.util.Random;
import java.util.function.IntToDoubleFunction;

/** Operands, and what keeps a benchmark from timing a wrong result: a comparison with float64. */
final class Reference {
    /** A prime, so that no row or vector repeats with it. */
    private static final int PERIOD = 65_537;

    private Reference() {}

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

    /**
     * Compares a number.
     *
     * @param tolerance the difference that rounding explains
     * @throws StudyException if it differs by more
     */
    static void require(String what, double actual, double expected, double tolerance) {
        if (!(Math.abs(actual - expected) <= tolerance)) {
            throw wrong(what, actual, expected);
        }
    }

    private static StudyException wrong(String what, double actual, double expected) {
        return new StudyException("%s: the result is %s, it should be %s".formatted(what, actual, expected));
    }

    /** Compares each of the first n elements. */
    static void require(
            String what, IntToDoubleFunction actual, IntToDoubleFunction expected, int n, double tolerance) {
        for (int i = 0; i < n; i++) {
            if (!(Math.abs(actual.applyAsDouble(i) - expected.applyAsDouble(i)) <= tolerance)) {
                throw wrong(what + ", element " + i, actual.applyAsDouble(i), expected.applyAsDouble(i));
            }
        }
    }
}
