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
    private static final String FACTOR = "the factor ";

    /** The same mistake in a part of a formula, where that is not said. */
    Mutant in(String part) {
        return part.isEmpty() || sentence.contains(part)
                ? this
                : new Mutant(kind, sentence + ", in " + part, node, by, rank);
    }

    /** The same mistake, thought of later. */
    Mutant behind(int ranks) {
        return new Mutant(kind, sentence, node, by, rank + ranks);
    }

    /** What it says, but for the place and the advice: of causes that say the same, one is told. */
    String finding() {
        if (kind == Kind.SIGN) {
            return "sign";
        }
        if (sentence.startsWith(FACTOR) && (sentence.contains(" too much") || sentence.contains(" there twice"))) {
            return sentence.replaceAll("( of .*)? is (too much|there twice).*", "");
        }
        return sentence.replaceAll(": .*", "").replaceAll("from above, (.*), is forgotten", "$1 is missing");
    }

    Cause cause() {
        return new Cause(kind, sentence);
    }
}
