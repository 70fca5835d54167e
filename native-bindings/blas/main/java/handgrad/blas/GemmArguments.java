package handgrad.blas;

/** Refuses what would let native code read or write outside the arrays. */
final class GemmArguments {
    private GemmArguments() {}

    /** Checks the arguments of a matrix product; the lengths are those of the arrays, the rest is named as in BLAS. */
    static void check(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            int aLength,
            int aOffset,
            int lda,
            int bLength,
            int bOffset,
            int ldb,
            int cLength,
            int cOffset,
            int ldc) {
        if (m < 0 || n < 0 || k < 0) {
            throw new IllegalArgumentException("sgemm: a dimension is negative, m " + m + ", n " + n + ", k " + k);
        }
        if (transposeA) {
            checkMatrix('a', aLength, aOffset, lda, k, m, 'm');
        } else {
            checkMatrix('a', aLength, aOffset, lda, m, k, 'k');
        }
        if (transposeB) {
            checkMatrix('b', bLength, bOffset, ldb, n, k, 'k');
        } else {
            checkMatrix('b', bLength, bOffset, ldb, k, n, 'n');
        }
        checkMatrix('c', cLength, cOffset, ldc, m, n, 'n');
    }

    /** Checks a matrix as it is stored; {@code columnsName} is what the caller calls the length of its rows. */
    private static void checkMatrix(
            char matrix, int length, int offset, int ld, int rows, int columns, char columnsName) {
        if (ld < columns) {
            throw new IllegalArgumentException("sgemm: ld" + matrix + " " + ld + " < " + columnsName + " " + columns);
        }
        if (ld < 1) {
            throw new IllegalArgumentException("sgemm: ld" + matrix + " " + ld + " < 1");
        }
        if (offset < 0) {
            throw new IllegalArgumentException("sgemm: " + matrix + "Offset " + offset + " < 0");
        }
        long end = rows == 0 || columns == 0 ? offset : offset + (rows - 1L) * ld + columns;
        if (end > length) {
            throw new IllegalArgumentException("sgemm: " + matrix + " has " + length + " elements, but (" + rows + ", "
                    + columns + ") at offset " + offset + " with ld" + matrix + " " + ld + " ends at " + end);
        }
    }
}
