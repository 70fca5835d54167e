package handgrad.tensor;

/** The order in which elements are sorted. */
public enum SortOrder {
    /** The smallest first, NaN last. */
    ASCENDING,
    /** NaN and the largest first. */
    DESCENDING
}
