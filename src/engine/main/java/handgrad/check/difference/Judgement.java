package handgrad.check.difference;

/**
 * What differences say of one derivative.
 *
 * @param numeric the derivative by differences; where there is none, the number closest to the given one that will do
 * @param error how wrong numeric may be
 */
public record Judgement(Finding finding, double numeric, double error) {
    /** What was found. */
    public enum Finding {
        /** The given derivative is right. */
        AGREES,
        /** It is wrong. */
        DIFFERS,
        /** The differences to the two sides disagree: there is no derivative, as for relu at 0. */
        BENT,
        /** A change of the input vanishes in the rounding of the outputs. */
        DROWNED,
        /** The differences at no two steps agree: the function jumps, or is too steep or too noisy. */
        UNSETTLED
    }

    /** Whether a derivative that agrees is seen: the error is well below it, or it is exactly 0. */
    boolean isSeen(double given) {
        return error <= Math.max(Math.abs(given), Math.abs(numeric)) / 10 || (given == 0 && numeric == 0);
    }

    public boolean is(Finding wanted) {
        return finding == wanted;
    }
}
