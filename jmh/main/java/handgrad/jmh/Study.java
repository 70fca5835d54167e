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
    List<BenchmarkGroup> groups(Effort effort);

    /** The place of a result in the table. */
    Score score(BenchmarkResult result);

    /** How long it takes. */
    default double expectedSeconds(Effort effort) {
        return groups(effort).stream()
                .mapToDouble(group -> group.expectedSeconds(effort))
                .sum();
    }

    /** Measures; what is found on the way and does not follow from the scores goes to the notes. */
    default List<Score> measure(Effort effort, StudyProgress progress, List<String> notes) {
        var scores = new ArrayList<Score>();
        for (var group : groups(effort)) {
            group.run(effort, progress).forEach(result -> scores.add(score(result)));
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
    List<Block> findings(ScoreTable table);
}
