package handgrad.kernel;

import static handgrad.kernel.Species.FLOAT;
import static handgrad.kernel.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies parts of A and B for {@link VectorMatmul} into the order in which a tile reads them: A in panels of 8 rows, column
 * after column, and B in panels as wide as a tile, row after row.
 *
 * <p>A is transposed 8 rows at a time by zipping: rows 0 and 4 become one sequence of pairs,
 * so do 1 and 5, 2 and 6, 3 and 7; two steps more, and the 8 elements of each column lie side by side. A transposed B
 * is transposed by {@link VectorTranspose}.
 */
final class MatmulPacking {
    /** Rows in a panel of A. */
    static final int HEIGHT = 8;

    /** Half a panel of A in a vector that every CPU has. */
    private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;

    /** Each element twice: the first half of a vector's elements, and the second. */
    private static final VectorShuffle<Float> LOW = VectorShuffle.fromOp(FLOAT, lane -> lane / 2);

    private static final VectorShuffle<Float> HIGH = VectorShuffle.fromOp(FLOAT, lane -> (LANES + lane) / 2);

    private static final VectorMask<Float> ODD = VectorMask.fromLong(FLOAT, 0xAAAA_AAAA_AAAA_AAAAL);

    private MatmulPacking() {}

    /** Copies {@code rows} rows of alpha op(A), at most 8, and k of its columns; rows that A does not have are 0. */
    static void ofA(
            boolean transposed,
            int rows,
            int k,
            float alpha,
            float[] a,
            int ai,
            int lda,
            float[] panel,
            int panelOffset) {
        if (rows < HEIGHT) {
            copyElements(rows, k, a, ai, transposed ? 1 : lda, transposed ? lda : 1, panel, panelOffset);
        } else if (transposed) {
            for (int p = 0; p < k; p++) {
                copyColumn(a, ai + p * lda, panel, panelOffset + p * HEIGHT);
            }
        } else {
            transpose(k, a, ai, lda, panel, panelOffset);
        }
        if (alpha != 1f) {
            for (int at = panelOffset; at < panelOffset + k * HEIGHT; at++) {
                panel[at] *= alpha;
            }
        }
    }

    /** Floats from one row of a panel of B to the next: its columns, and at least a vector. */
    static int stride(int width) {
        return Math.max(width, LANES);
    }

    /**
     * Copies {@code width} columns of op(B), at most as many as a tile has, and k of its rows. Columns that B does not have
     * are arbitrary: they only reach columns of the tile that C does not have.
     */
    static void ofB(boolean transposed, int width, int k, float[] b, int bi, int ldb, float[] panel, int panelOffset) {
        int stride = stride(width);
        if (width < LANES || (transposed && k < LANES)) {
            int row = transposed ? 1 : ldb;
            int column = transposed ? ldb : 1;
            for (int p = 0; p < k; p++) {
                for (int j = 0; j < width; j++) {
                    panel[panelOffset + p * stride + j] = b[bi + p * row + j * column];
                }
            }
        } else if (transposed) {
            VectorTranspose.transpose(width, k, b, bi, ldb, panel, panelOffset, stride);
        } else {
            int second = width - LANES;
            for (int p = 0; p < k; p++) {
                int from = bi + p * ldb;
                int to = panelOffset + p * stride;
                FloatVector.fromArray(FLOAT, b, from).intoArray(panel, to);
                FloatVector.fromArray(FLOAT, b, from + second).intoArray(panel, to + second);
            }
        }
    }

    private static void copyColumn(float[] source, int from, float[] target, int to) {
        FloatVector.fromArray(FOUR, source, from).intoArray(target, to);
        FloatVector.fromArray(FOUR, source, from + 4).intoArray(target, to + 4);
    }

    /** Zips 8 rows of k elements. The last vectors overlap those before, so that no element is left over. */
    private static void transpose(int k, float[] a, int ai, int lda, float[] panel, int panelOffset) {
        if (k < LANES) {
            copyElements(HEIGHT, k, a, ai, lda, 1, panel, panelOffset);
            return;
        }
        for (int next = 0; next < k; next += LANES) {
            int p = Math.min(next, k - LANES);
            int at = ai + p;
            var r0 = FloatVector.fromArray(FLOAT, a, at);
            var r1 = FloatVector.fromArray(FLOAT, a, at + lda);
            var r2 = FloatVector.fromArray(FLOAT, a, at + 2 * lda);
            var r3 = FloatVector.fromArray(FLOAT, a, at + 3 * lda);
            var r4 = FloatVector.fromArray(FLOAT, a, at + 4 * lda);
            var r5 = FloatVector.fromArray(FLOAT, a, at + 5 * lda);
            var r6 = FloatVector.fromArray(FLOAT, a, at + 6 * lda);
            var r7 = FloatVector.fromArray(FLOAT, a, at + 7 * lda);
            int to = panelOffset + p * HEIGHT;
            for (int half = 0; half < 2; half++) {
                var part = half == 0 ? LOW : HIGH;
                var r04 = r0.rearrange(part).blend(r4.rearrange(part), ODD);
                var r15 = r1.rearrange(part).blend(r5.rearrange(part), ODD);
                var r26 = r2.rearrange(part).blend(r6.rearrange(part), ODD);
                var r37 = r3.rearrange(part).blend(r7.rearrange(part), ODD);
                var even = r04.rearrange(LOW).blend(r26.rearrange(LOW), ODD);
                var odd = r15.rearrange(LOW).blend(r37.rearrange(LOW), ODD);
                even.rearrange(LOW).blend(odd.rearrange(LOW), ODD).intoArray(panel, to);
                even.rearrange(HIGH).blend(odd.rearrange(HIGH), ODD).intoArray(panel, to + LANES);
                even = r04.rearrange(HIGH).blend(r26.rearrange(HIGH), ODD);
                odd = r15.rearrange(HIGH).blend(r37.rearrange(HIGH), ODD);
                even.rearrange(LOW).blend(odd.rearrange(LOW), ODD).intoArray(panel, to + 2 * LANES);
                even.rearrange(HIGH).blend(odd.rearrange(HIGH), ODD).intoArray(panel, to + 3 * LANES);
                to += 4 * LANES;
            }
        }
    }

    private static void copyElements(
            int rows, int k, float[] a, int ai, int aRow, int aColumn, float[] panel, int panelOffset) {
        for (int p = 0; p < k; p++) {
            for (int r = 0; r < rows; r++) {
                panel[panelOffset + p * HEIGHT + r] = a[ai + r * aRow + p * aColumn];
            }
        }
    }
}
