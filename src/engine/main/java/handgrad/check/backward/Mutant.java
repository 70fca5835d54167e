package handgrad.check.backward;

import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;

/**
 * A change of one node of the right program, as a mistake makes it.
 *
 * @param kind the kind of mistake
 * @param sentence what a learner is told
 * @param node the node that it changes
 * @param by what stands there instead
 * @param rank how far-fetched it is: of two that fit, the smaller is told first
 */
record Mutant(Kind kind, String sentence, Node node, Node by, int rank) {
    /** The same mistake in a part of a formula, where that is not said. */
    Mutant in(String part) {
        return part.isEmpty() || sentence.contains(part)
                ? this
                : new Mutant(kind, sentence + ", in " + part, node, by, rank);
    }

    Cause cause() {
        return new Cause(kind, sentence);
    }
}
