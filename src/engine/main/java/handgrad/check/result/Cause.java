package handgrad.check.result;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a gradient is wrong, or could not be checked, as far as its numbers tell.
 *
 * @param kind the kind of mistake
 * @param sentence what was found and what to do, one sentence for the person who wrote the gradient
 * @param others what explains the same numbers as well; where there are some, none of them is certain
 */
public record Cause(Kind kind, String sentence, List<Cause> others) {
    public Cause {
        others = List.copyOf(others);
    }

    /** A cause that nothing else contests. */
    public Cause(Kind kind, String sentence) {
        this(kind, sentence, List.of());
    }

    /** The first of several causes that fit, the others beside it; null if there are none. */
    public static @Nullable Cause of(List<Cause> causes) {
        return causes.isEmpty()
                ? null
                : new Cause(causes.getFirst().kind, causes.getFirst().sentence, causes.subList(1, causes.size()));
    }

    /** The kinds of mistakes that are told apart. */
    public enum Kind {
        /** Every element is the same number of times too large or too small. */
        CONSTANT_FACTOR,
        /** Every element has the wrong sign. */
        SIGN,
        /** A factor n or 1/n: the 1/n of a mean is missing or there twice. */
        MISSING_MEAN,
        /** The transpose of the right gradient. */
        TRANSPOSED,
        /** The gradient of a tensor that was broadcast is not summed over what it was broadcast along. */
        BROADCAST_NOT_SUMMED,
        /** A sum runs over the wrong dimension. */
        WRONG_AXIS,
        /** A second use of the tensor replaces the gradient of the first, or is forgotten, where they should add. */
        OVERWRITTEN,
        /** Something from an earlier batch is used. */
        STALE,
        /** A term of the gradient is missing or too much. */
        MISSING_TERM,
        /** A factor is another tensor, or another function of it, than the right one. */
        WRONG_FACTOR,
        /** It is right for some rows, columns or steps, and the others are left out. */
        PART,
        /** The elements are right, but in other places. */
        ORDER,
        /** All elements are right but one. */
        ONE_ELEMENT,
        /** The shape is not that of the tensor. */
        WRONG_SHAPE,
        /** A variance is divided by n where it should be by n - 1, or the other way round. */
        VARIANCE,
        /** Every element is zero and should not be. */
        ZERO,
        /** An element is infinite or not a number. */
        NOT_FINITE,
        /** The same inputs give another gradient the second time. */
        NOT_REPRODUCIBLE,
        /** A pass changes a tensor that is not its own: an input, a parameter, dOut or the output. */
        CHANGED,
        /** Elements that are equal share one maximum, and their gradients together are not that of the maximum. */
        TIE,
        /** It is wrong with another number of rows: a count is written into the code. */
        ROW_COUNT,
        /** A parameter takes part and is not among those that the layer tells. */
        UNKNOWN_PARAMETER,
        /** Too many of the inputs are points where the function has no derivative: it could not be checked. */
        NOT_SMOOTH,
        /** A change of an input vanishes in the rounding of the output: it could not be checked. */
        DROWNED,
        /** Differences at no two steps agree: it could not be checked. */
        UNSETTLED,
        /** No explanation fits. */
        UNKNOWN;

        /** What the kind says of the gradient. */
        Verdict verdict() {
            return switch (this) {
                case NOT_SMOOTH, DROWNED, UNSETTLED -> Verdict.UNCHECKED;
                default -> Verdict.WRONG;
            };
        }
    }

    /** Whether the numbers tell this cause from every other that was looked for. */
    public boolean isCertain() {
        return others.isEmpty();
    }

    /** All that fits, joined by "or". */
    public String explanation() {
        var text = new StringBuilder(sentence);
        // What a sentence finds ends with the colon; where another finds the same, it need not be said again.
        String found = sentence.substring(0, sentence.indexOf(": ") + 1) + " ";
        for (var other : others) {
            var more = other.sentence;
            text.append("; or ").append(more.startsWith(found) ? more.substring(found.length()) : more);
        }
        return text.toString();
    }

    /** What follows "is wrong": ": A", or where more fits ", likely cause: A; or B". */
    public String introduced() {
        return (isCertain() ? ": " : ", likely cause: ") + explanation();
    }

    @Override
    public String toString() {
        return explanation();
    }
}
