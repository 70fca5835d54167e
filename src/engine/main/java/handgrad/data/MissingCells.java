package handgrad.data;

/**
 * What to do with a cell that is missing: one that is empty, or in a column of numbers NA or NaN, in capitals or not.
 */
public enum MissingCells {
    /** Refuses the table, with the cell's line and column. */
    REFUSE,
    /** Leaves out the row, before the table is split. */
    DROP_ROW,
    /**
     * Puts the mean of the column's numbers in train in its place; in a column of categories an empty cell is a
     * category of its own. A target that is missing is refused.
     */
    MEAN
}
