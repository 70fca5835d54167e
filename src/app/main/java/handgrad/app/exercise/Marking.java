package handgrad.app.exercise;

import java.util.BitSet;
import java.util.List;

/**
 * What a learner's file has right, as data: it goes from the JVM that ran the file to the one that shows it.
 *
 * @param marks a mark for each gradient of the exercise, in its order
 * @param findings lines for people: what is wrong, what stops it, how the training went; may be empty
 * @param current the tensor whose gradient is the next to write or to correct, {@link #FAULT} where it is to be found;
 *     empty if there is none
 * @param hints all hints for it
 * @param solved whether the exercise is solved
 */
public record Marking(List<Mark> marks, String findings, String current, List<String> hints, boolean solved) {
    /** In place of a tensor: the line that the learner is to find. No tensor has this name. */
    public static final String FAULT = "faulty";

    /** What is known of a gradient. */
    public enum State {
        /** It is not there yet. */
        BLANK,
        /** Whether it is the right one is what the learner is to find out. */
        UNTOLD,
        /** It is not the right one. */
        WRONG,
        /** It is right. */
        RIGHT
    }

    /**
     * A gradient.
     *
     * @param tensor its tensor
     * @param place its name and the line that computes it, {@code dlogits (line 91)}
     * @param state what is known of it
     * @param cause why it is wrong; empty where it is not
     * @param numbers its elements; without any where it is blank
     */
    public record Mark(String tensor, String place, State state, String cause, Numbers numbers) {}

    /**
     * The elements of a gradient.
     *
     * @param shape its sizes
     * @param elements row by row
     * @param wrong which of them are not the solution's
     */
    public record Numbers(List<Integer> shape, List<Double> elements, BitSet wrong) {
        /** Those of a gradient that is blank. */
        public static final Numbers NONE = new Numbers(List.of(), List.of(), new BitSet());
    }

    /** Whether it is the learner who says what is wrong. */
    public boolean isSearch() {
        return current.equals(FAULT);
    }

    /** The number of gradients in a state. */
    public int count(State state) {
        return (int) marks.stream().filter(mark -> mark.state == state).count();
    }
}
