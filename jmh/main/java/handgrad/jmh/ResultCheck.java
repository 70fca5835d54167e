package handgrad.jmh;

import java.util.function.IntToDoubleFunction;

/** Keeps a benchmark from timing a wrong result: a comparison with what float64 gives. */
final class ResultCheck {
    private ResultCheck() {}

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

    /** Compares each of the first n elements. */
    static void require(
            String what, IntToDoubleFunction actual, IntToDoubleFunction expected, int n, double tolerance) {
        for (int i = 0; i < n; i++) {
            if (!(Math.abs(actual.applyAsDouble(i) - expected.applyAsDouble(i)) <= tolerance)) {
                throw wrong(what + ", element " + i, actual.applyAsDouble(i), expected.applyAsDouble(i));
            }
        }
    }

    private static StudyException wrong(String what, double actual, double expected) {
        return new StudyException("%s: the result is %s, it should be %s".formatted(what, actual, expected));
    }
}
