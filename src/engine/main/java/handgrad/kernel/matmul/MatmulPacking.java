package handgrad.kernel.matmul;

import static handgrad.kernel.runtime.Species.FLOAT;
import static handgrad.kernel.runtime.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies parts of A and B into the order in which a tile reads them: A in panels of 8 rows, column after column, and B
 * in panels as wide as a tile, row after row.
 *
 * <p>A is transposed 8 rows at a time by zipping: rows 0 and 4 become one sequence of pairs, so do 1 and 5, 2 and 6, 3
 * and 7; two steps more, and the 8 elements of each column lie side by side. A transposed B is transposed by
 * {@link VectorTranspose}.
 */
final class MatmulPacking {
    /** Columns in a panel of B and of C, at most. */
    static final int WIDTH = 2 * LANES;

    /** Rows in a panel of A. */
    static final int HEIGHT = 8;

    /** Rows of B that are copied together. */
    private static final int ROWS = 4;

    /** Half a panel of A in a vector that every CPU has. */
    private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;

    /** Each element twice: the first half of a vector's elements, and the second. */
    private static final VectorShuffle<Float> LOW = VectorShuffle.fromOp(FLOAT, lane -> lane / 2);

    private static final VectorShuffle<Float> HIGH = VectorShuffle.fromOp(FLOAT, lane -> (LANES + lane) / 2);

    private static final VectorMask<Float> ODD = VectorMask.fromLong(FLOAT, 0xAAAA_AAAA_AAAA_AAAAL);

    private MatmulPacking() {}

    /**
     * The columns of the next panel, of so many that are left: two vectors. But one vector, where two would leave less
     * than a vector for the last panel.
     */
    static int width(int columns) {
        return columns > WIDTH && columns < WIDTH + LANES ? LANES : Math.min(WIDTH, columns);
    }

    /**
     * Floats from one row of a packed panel of B to the next: its columns, and at least a vector; for strips, two
     * vectors.
     */
    static int stride(int width) {
        return VectorMatmul.MANY_REGISTERS ? Math.max(width, LANES) : WIDTH;
    }

    /**
     * Copies A into panels, one after the other from an offset on. Rows that the last one has too many are arbitrary.
     */
    static void panelsOfA(Product block, float[] a, float[] panels, int offset) {
        int k = block.k;
        int lda = block.lda;
        boolean transposed = block.form.transposesA();
        for (int i = 0; i < block.m; i += HEIGHT) {
            int rows = Math.min(HEIGHT, block.m - i);
            int from = block.indexOfA(i, 0);
            int to = offset + i * k;
            if (rows < HEIGHT && transposed) {
                copyElements(k, rows, a, from, lda, panels, to, HEIGHT);
            } else if (transposed) {
                for (int p = 0; p < k; p++) {
                    copyColumn(a, from + p * lda, panels, to + p * HEIGHT);
                }
            } else if (rows < HEIGHT || k < LANES) {
                VectorTranspose.transpose(rows, k, a, from, lda, panels, to, HEIGHT);
            } else {
                transpose(k, a, from, lda, panels, to);
            }
        }
    }

    /**
     * Copies B, panel after panel. Whole panels of a B that is not transposed are filled side by side, 4 rows at a
     * time: so B is read in the order in which it lies.
     */
    static void panelsOfB(Product block, float[] b, float[] panels) {
        int n = block.n;
        int k = block.k;
        int ldb = block.ldb;
        boolean transposed = block.form.transposesB();
        int whole = 0;
        if (!transposed) {
            while (width(n - whole * WIDTH) == WIDTH) {
                whole++;
            }
            for (int p = 0; p < k; p += ROWS) {
                int from = block.bOffset + p * ldb;
                if (k - p >= ROWS) {
                    copyRows(whole, b, from, ldb, panels, p * WIDTH, k * WIDTH);
                } else {
                    for (int j = 0; j < whole; j++) {
                        panelOfB(false, WIDTH, k - p, b, from + j * WIDTH, ldb, panels, (j * k + p) * WIDTH);
                    }
                }
            }
        }
        int width;
        for (int j = whole * WIDTH, at = j * k; j < n; j += width, at += stride(width) * k) {
            width = width(n - j);
            panelOfB(transposed, width, k, b, block.indexOfB(0, j), ldb, panels, at);
        }
    }

    /** Copies 4 rows of B into panels that begin a constant number of elements apart. */
    private static void copyRows(int panels, float[] b, int bi, int ldb, float[] to, int offset, int apart) {
        int at = offset;
        for (int j = 0; j < panels; j++, at += apart) {
            int from = bi + j * WIDTH;
            FloatVector.fromArray(FLOAT, b, from).intoArray(to, at);
            FloatVector.fromArray(FLOAT, b, from + LANES).intoArray(to, at + LANES);
            FloatVector.fromArray(FLOAT, b, from + ldb).intoArray(to, at + WIDTH);
            FloatVector.fromArray(FLOAT, b, from + ldb + LANES).intoArray(to, at + WIDTH + LANES);
            FloatVector.fromArray(FLOAT, b, from + 2 * ldb).intoArray(to, at + 2 * WIDTH);
            FloatVector.fromArray(FLOAT, b, from + 2 * ldb + LANES).intoArray(to, at + 2 * WIDTH + LANES);
            FloatVector.fromArray(FLOAT, b, from + 3 * ldb).intoArray(to, at + 3 * WIDTH);
            FloatVector.fromArray(FLOAT, b, from + 3 * ldb + LANES).intoArray(to, at + 3 * WIDTH + LANES);
        }
    }

    /**
     * Copies {@code width} columns of op(B), at most as many as a panel has, and k of its rows. Columns that B does not
     * have are arbitrary: they only reach columns of the tile that C does not have. For strips, the last vector of
     * columns stands in the second half of the panel, whether or not it overlaps the first.
     */
    static void panelOfB(
            boolean transposed, int width, int k, float[] b, int bi, int ldb, float[] panel, int panelOffset) {
        int stride = stride(width);
        int second = width - LANES;
        int secondHalf = panelOffset + stride - LANES;
        if (transposed && width < LANES) {
            VectorTranspose.transpose(width, k, b, bi, ldb, panel, panelOffset, stride);
        } else if (transposed) {
            VectorTranspose.transpose(LANES, k, b, bi, ldb, panel, panelOffset, stride);
            VectorTranspose.transpose(LANES, k, b, bi + second * ldb, ldb, panel, secondHalf, stride);
        } else if (width < LANES) {
            copyElements(k, width, b, bi, ldb, panel, panelOffset, stride);
        } else {
            for (int p = 0; p < k; p++) {
                int from = bi + p * ldb;
                FloatVector.fromArray(FLOAT, b, from).intoArray(panel, panelOffset + p * stride);
                FloatVector.fromArray(FLOAT, b, from + second).intoArray(panel, secondHalf + p * stride);
            }
        }
    }

    /** Copies A for strips: its rows of k elements, one after the other from an offset on. */
    static void rowsOfA(Product block, float[] a, float[] rows, int offset) {
        if (block.form.transposesA()) {
            VectorTranspose.transpose(block.k, block.m, a, block.aOffset, block.lda, rows, offset, block.k);
        } else {
            copyElements(block.m, block.k, a, block.aOffset, block.lda, rows, offset, block.k);
        }
    }

    private static void copyColumn(float[] source, int from, float[] target, int to) {
        FloatVector.fromArray(FOUR, source, from).intoArray(target, to);
        FloatVector.fromArray(FOUR, source, from + 4).intoArray(target, to + 4);
    }

    /**
     * Zips 8 rows of k elements, at least a vector. The last vectors overlap those before, so that no element is left
     * over.
     */
    private static void transpose(int k, float[] a, int ai, int lda, float[] panel, int panelOffset) {
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
            int rows,
            int columns,
            float[] from,
            int fromOffset,
            int fromStride,
            float[] to,
            int toOffset,
            int toStride) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(from, fromOffset + i * fromStride, to, toOffset + i * toStride, columns);
        }
    }
}
