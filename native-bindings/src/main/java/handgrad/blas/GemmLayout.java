package handgrad.blas;

/**
 * All of a matrix product C = alpha op(A) op(B) + beta C but its numbers: which matrix is stored transposed, how large it is,
 * and where it lies in its array.
 */
record GemmLayout(
        boolean transposeA,
        boolean transposeB,
        int m,
        int n,
        int k,
        int aOffset,
        int lda,
        int bOffset,
        int ldb,
        int cOffset,
        int ldc) {

    /** Refuses what would let native code read or write outside the arrays; the lengths are those of the arrays. */
    void check(String operation, int aLength, int bLength, int cLength) {
        if (m < 0 || n < 0 || k < 0) {
            throw new IllegalArgumentException(
                    operation + ": a dimension is negative, m " + m + ", n " + n + ", k " + k);
        }
        if (transposeA) {
            checkMatrix(operation, 'a', aLength, aOffset, lda, k, m, 'm');
        } else {
            checkMatrix(operation, 'a', aLength, aOffset, lda, m, k, 'k');
        }
        if (transposeB) {
            checkMatrix(operation, 'b', bLength, bOffset, ldb, n, k, 'k');
        } else {
            checkMatrix(operation, 'b', bLength, bOffset, ldb, k, n, 'n');
        }
        checkMatrix(operation, 'c', cLength, cOffset, ldc, m, n, 'n');
    }

    /** Checks a matrix as it is stored; {@code columnsName} is what the caller calls the length of its rows. */
    private static void checkMatrix(
            String operation,
            char matrix,
            int length,
            int offset,
            int leading,
            int rows,
            int columns,
            char columnsName) {
        if (leading < columns) {
            throw new IllegalArgumentException(
                    operation + ": ld" + matrix + " " + leading + " < " + columnsName + " " + columns);
        }
        if (leading < 1) {
            throw new IllegalArgumentException(operation + ": ld" + matrix + " " + leading + " < 1");
        }
        if (offset < 0) {
            throw new IllegalArgumentException(operation + ": " + matrix + "Offset " + offset + " < 0");
        }
        long end = rows == 0 || columns == 0 ? offset : offset + (rows - 1L) * leading + columns;
        if (end > length) {
            throw new IllegalArgumentException(
                    operation + ": " + matrix + " has " + length + " elements, but (" + rows + ", " + columns
                            + ") at offset " + offset + " with ld" + matrix + " " + leading + " ends at " + end);
        }
    }
}
