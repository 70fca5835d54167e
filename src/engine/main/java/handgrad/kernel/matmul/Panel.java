package handgrad.kernel.matmul;

/**
 * A panel of C: some columns, at most two vectors of them, which a {@link MatmulStrip} goes down. It holds what stays
 * the same from row to row; the strip copies it into local variables once, before its loops. It names no vector,
 * because a {@link Product} has one also where the Vector API is missing.
 */
final class Panel {
    /** The elements of a sum. */
    int k;

    /** From a row of A to the next, and from one of its columns to the next. */
    int aRow;

    int aColumn;

    /** From the first vector of columns to the second. They overlap where the panel is narrower than both. */
    int second;

    /** From a row of C to the next, or of the buffer in its place. */
    int ldc;

    /** Whether the sums are added to C. */
    boolean accumulate;
}
