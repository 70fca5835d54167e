package handgrad.kernel.matmul;

import static handgrad.kernel.matmul.MatmulStrip.WIDTH;
import static handgrad.kernel.runtime.Species.FLOAT;
import static handgrad.kernel.runtime.Species.LANES;

import handgrad.kernel.runtime.Scratch;
import jdk.incubator.vector.FloatVector;

/**
 * One block of a product of {@link VectorMatmul} where the CPU has 16 vector registers: for each packed panel of B a strip of
 * tiles, see {@link MatmulStrip}. The rows that are left over, and panels narrower than a vector, go tile by tile through a
 * buffer.
 */
final class MatmulStrips {
    /** Rows of the lower tiles. */
    private static final int HEIGHT = 4;

    /** From this many columns on, a copy of A pays whose rows lie one after the other, if A is as deep. */
    private static final int PACKED_A_COLUMNS = 128;

    private static final int PACKED_A_DEPTH = 64;

    /** Rows of A that are this far apart share too few lines of the nearest cache. */
    private static final int FAR_APART = 512;

    private MatmulStrips() {}

    /**
     * Adds to C, or sets it to, the product of one block of each matrix.
     *
     * @param packedB whether b holds packed panels, one after the other; else it is B, from {@code bOffset} on
     */
    static void multiply(
            boolean transposeA,
            int m,
            int n,
            int k,
            float alpha,
            float[] a,
            int aOffset,
            int lda,
            boolean packedB,
            boolean transposeB,
            float[] b,
            int bOffset,
            int ldb,
            boolean accumulate,
            float[] c,
            int cOffset,
            int ldc) {
        boolean farApart = lda >= FAR_APART;
        boolean packA = alpha != 1f
                || m < HEIGHT
                || (k >= PACKED_A_DEPTH
                        && (transposeA ? farApart || n >= PACKED_A_COLUMNS : farApart && n >= PACKED_A_COLUMNS));
        int buffer = HEIGHT * WIDTH;
        float[] scratch = Scratch.floats(buffer + (packA ? (m + HEIGHT) * k : 0));
        if (packA) {
            MatmulPacking.rowsOfA(transposeA, m, k, alpha, a, aOffset, lda, scratch, buffer);
        }
        float[] operand = packA ? scratch : a;
        int ai = packA ? buffer : aOffset;
        int aStride = packA ? k : lda;
        boolean columns = transposeA && !packA;
        int aRow = columns ? 1 : aStride;
        int tall = columns ? 0 : tallTiles(m);
        int top = 6 * tall;
        int low = (m - top) / HEIGHT;
        float[] panels = packedB ? b : Scratch.shared(WIDTH * k);
        int bi = 0;
        int width;
        for (int j = 0; j < n; j += width) {
            width = MatmulPacking.width(n - j);
            if (!packedB) {
                MatmulPacking.ofB(transposeB, width, k, b, bOffset + j * (transposeB ? ldb : 1), ldb, panels, 0);
            }
            boolean inside = width >= LANES;
            int second = inside ? width - LANES : LANES;
            int ci = cOffset + j;
            if (inside && tall > 0) {
                MatmulStrip.of6Rows(tall, k, operand, ai, aStride, panels, bi, second, accumulate, c, ci, ldc);
            }
            if (inside && low > 0) {
                int ap = ai + top * aRow;
                int cp = ci + top * ldc;
                lowTiles(columns, low, k, operand, ap, aStride, panels, bi, second, accumulate, c, cp, ldc);
            }
            for (int i = inside ? top + HEIGHT * low : 0; i < m; i += HEIGHT) {
                int rows = Math.min(HEIGHT, m - i);
                // A may end with its last row, so the tile takes rows above as well; a copy of A has room for more.
                int above = packA ? 0 : HEIGHT - rows;
                int ap = ai + (i - above) * aRow;
                int at = ci + i * ldc;
                if (accumulate) {
                    copy(rows, width, c, at, ldc, scratch, above * WIDTH, WIDTH);
                }
                lowTiles(columns, 1, k, operand, ap, aStride, panels, bi, second, accumulate, scratch, 0, WIDTH);
                copy(rows, width, scratch, above * WIDTH, WIDTH, c, at, ldc);
            }
            bi += packedB ? WIDTH * k : 0;
        }
    }

    /** How many tiles of 6 rows m rows begin with, so that tiles of 4 leave the fewest rows to be computed in vain. */
    private static int tallTiles(int m) {
        int even = (m + 1) / 2 * 2;
        int low = m % 6 == 0 ? 0 : 3 - even % 6 / 2;
        return Math.max(0, (even - HEIGHT * low) / 6);
    }

    private static void lowTiles(
            boolean columns,
            int tiles,
            int k,
            float[] a,
            int ai,
            int aStride,
            float[] b,
            int bi,
            int second,
            boolean accumulate,
            float[] c,
            int ci,
            int ldc) {
        if (columns) {
            MatmulStrip.of4Columns(tiles, k, a, ai, aStride, b, bi, second, accumulate, c, ci, ldc);
        } else {
            MatmulStrip.of4Rows(tiles, k, a, ai, aStride, b, bi, second, accumulate, c, ci, ldc);
        }
    }

    /** Copies rows of a tile by whole vectors where they are that wide; the second may overlap the first. */
    private static void copy(
            int rows, int width, float[] from, int fromOffset, int fromStride, float[] to, int toOffset, int toStride) {
        for (int r = 0; r < rows; r++) {
            int source = fromOffset + r * fromStride;
            int target = toOffset + r * toStride;
            if (width >= LANES) {
                int second = width - LANES;
                FloatVector.fromArray(FLOAT, from, source).intoArray(to, target);
                FloatVector.fromArray(FLOAT, from, source + second).intoArray(to, target + second);
            } else {
                System.arraycopy(from, source, to, target, width);
            }
        }
    }
}
