package handgrad.data;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the columns of a table are to a model. Every column that is neither the target nor left out is a feature: a
 * number, unless it is named as one of categories.
 *
 * @param target the name of the column to predict
 * @param classification whether the target is a class, otherwise a number
 * @param categories columns whose cells name one of a few things
 * @param indices whether a category becomes one number, its index; otherwise it is one-hot, 0 or 1 for each of them
 * @param leftOut columns that are no features
 * @param missing what to do with missing cells
 * @param unseenAsZeros whether a category that no row of train has becomes zeros, as an index one more than the last;
 *     otherwise it is refused
 * @param standardized whether numbers become (number - mean) / deviation, both of the rows of train, the deviation over
 *     N; categories and the target stay as they are
 */
public record TableOptions(
        String target,
        boolean classification,
        Set<String> categories,
        boolean indices,
        Set<String> leftOut,
        MissingCells missing,
        boolean unseenAsZeros,
        boolean standardized) {

    /**
     * Options with these values.
     *
     * @throws IllegalArgumentException if a column is named twice
     */
    public TableOptions {
        for (var name : categories) {
            if (name.equals(target) || leftOut.contains(name)) {
                throw new IllegalArgumentException("TableOptions: column " + name + " is named as one of categories and"
                        + " as " + (name.equals(target) ? "the target" : "left out"));
            }
        }
        if (leftOut.contains(target)) {
            throw new IllegalArgumentException("TableOptions: column " + target + " is the target and left out");
        }
        categories = Set.copyOf(categories);
        leftOut = Set.copyOf(leftOut);
    }

    /** Predicts a number from numbers, standardised; a missing cell is refused. */
    public static TableOptions regression(String target) {
        return new TableOptions(target, false, Set.of(), false, Set.of(), MissingCells.REFUSE, false, true);
    }

    /** Predicts a class from numbers, standardised; a missing cell is refused. */
    public static TableOptions classification(String target) {
        return new TableOptions(target, true, Set.of(), false, Set.of(), MissingCells.REFUSE, false, true);
    }

    /** These options with more columns of categories. */
    public TableOptions withCategories(String... names) {
        return new TableOptions(
                target,
                classification,
                with(categories, names),
                indices,
                leftOut,
                missing,
                unseenAsZeros,
                standardized);
    }

    /** These options with more columns left out. */
    public TableOptions without(String... names) {
        return new TableOptions(
                target,
                classification,
                categories,
                indices,
                with(leftOut, names),
                missing,
                unseenAsZeros,
                standardized);
    }

    /** These options with categories as indices, or one-hot. */
    public TableOptions withIndices(boolean indices) {
        return new TableOptions(
                target, classification, categories, indices, leftOut, missing, unseenAsZeros, standardized);
    }

    /** These options with another way to treat missing cells. */
    public TableOptions withMissing(MissingCells missing) {
        return new TableOptions(
                target, classification, categories, indices, leftOut, missing, unseenAsZeros, standardized);
    }

    /** These options with unseen categories as zeros, or refused. */
    public TableOptions withUnseenAsZeros(boolean unseenAsZeros) {
        return new TableOptions(
                target, classification, categories, indices, leftOut, missing, unseenAsZeros, standardized);
    }

    /** These options with numbers standardised, or as they are. */
    public TableOptions withStandardized(boolean standardized) {
        return new TableOptions(
                target, classification, categories, indices, leftOut, missing, unseenAsZeros, standardized);
    }

    private static Set<String> with(Set<String> names, String... more) {
        var all = new LinkedHashSet<>(names);
        all.addAll(List.of(more));
        return all;
    }
}
