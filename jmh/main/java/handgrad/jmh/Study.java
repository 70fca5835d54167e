package handgrad.jmh;

import handgrad.page.Block;
import java.util.ArrayList;
import java.util.List;

/** A question that is answered by measuring, as {@code ./handgrad bench} lists them. */
interface Study {
    /** The name on the command line. */
    String title();

    /** The question that it answers. */
    String question();

    /** How it is answered: what is measured, and what keeps it honest. */
    String method();

    /** Of the numbers in its table. */
    String unit();

    /** Whether more of the unit is faster. */
    default boolean higherIsBetter() {
        return false;
    }

    /** How many threads compute. */
    default int threads() {
        return 1;
    }

    /** What JMH measures. */
    List<Batch> batches(Effort effort);

    /** The place of a measurement in the table. */
    Score score(Measurement measurement);

    /** How long it takes. */
    default double expectedSeconds(Effort effort) {
        return batches(effort).stream()
                .mapToDouble(batch -> batch.expectedSeconds(effort))
                .sum();
    }

    /** Measures; what is found on the way and does not follow from the scores goes to the notes. */
    default List<Score> measure(Effort effort, Progress progress, List<String> notes) {
        var scores = new ArrayList<Score>();
        for (var batch : batches(effort)) {
            batch.run(effort, progress).forEach(measurement -> scores.add(score(measurement)));
        }
        return scores;
    }

    /** The column that the others are compared with, row by row; empty if there is none. */
    default String own() {
        return "";
    }

    /** Whether a column is one that {@link #own} is compared with. */
    default boolean isRival(String column) {
        return !column.equals(own());
    }

    /** What the numbers say: sentences and charts. */
    List<Block> findings(Table table);
}
