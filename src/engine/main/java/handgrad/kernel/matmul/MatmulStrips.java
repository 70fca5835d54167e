package handgrad.kernel.matmul;

import static handgrad.kernel.matmul.MatmulPacking.WIDTH;
import static handgrad.kernel.runtime.Species.FLOAT;
import static handgrad.kernel.runtime.Species.LANES;

import handgrad.kernel.runtime.Scratch;
import jdk.incubator.vector.FloatVector;

/**
 * One block of a product where the CPU has 16 vector registers: for each packed panel of B a strip of tiles, see
 * {@link MatmulStrip}. Rows that are too few for a tile, and panels that are narrower than a vector, are computed in a
 * buffer, one tile at a time.
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
     * @param packedB whether b holds packed panels, one after the other; else it is B, and each panel is packed here
     */
    static void multiply(Product block, float[] a, float[] b, boolean packedB, float[] c) {
        int m = block.m;
        int n = block.n;
        int k = block.k;
        int ldc = block.ldc;
        boolean transposedA = block.form.transposesA();
        boolean transposedB = block.form.transposesB();
        boolean packA = packsA(block);
        int buffer = HEIGHT * WIDTH;
        float[] scratch = Scratch.floats(buffer + (packA ? (m + HEIGHT) * k : 0));
        if (packA) {
            MatmulPacking.rowsOfA(block, a, scratch, buffer);
        }
        float[] left = packA ? scratch : a;
        int aOffset = packA ? buffer : block.aOffset;
        int aRow = packA ? k : block.aRow();
        int tall = transposedA && !packA ? 0 : tallTiles(m);
        int top = 6 * tall;
        int low = (m - top) / HEIGHT;
        float[] panels = packedB ? b : Scratch.shared(WIDTH * k);
        var panel = block.panel;
        panel.k = k;
        panel.aRow = aRow;
        panel.aColumn = packA ? 1 : block.aColumn();
        panel.accumulate = block.accumulate;
        int bi = 0;
        int width;
        for (int j = 0; j < n; j += width) {
            width = MatmulPacking.width(n - j);
            if (!packedB) {
                MatmulPacking.panelOfB(transposedB, width, k, b, block.indexOfB(0, j), block.ldb, panels, 0);
            }
            boolean inside = width >= LANES;
            panel.second = inside ? width - LANES : LANES;
            panel.ldc = ldc;
            int ci = block.cOffset + j;
            if (inside && tall > 0) {
                MatmulStrip.of6Rows(panel, tall, left, aOffset, panels, bi, c, ci);
            }
            if (inside && low > 0) {
                lowTiles(panel, low, left, aOffset + top * aRow, panels, bi, c, ci + top * ldc);
            }
            panel.ldc = WIDTH;
            for (int i = inside ? top + HEIGHT * low : 0; i < m; i += HEIGHT) {
                int rows = Math.min(HEIGHT, m - i);
                // A may end with its last row, so the tile takes rows above as well; a copy of A has room for more.
                int above = packA ? 0 : HEIGHT - rows;
                int at = ci + i * ldc;
                if (panel.accumulate) {
                    copy(rows, width, c, at, ldc, scratch, above * WIDTH, WIDTH);
                }
                lowTiles(panel, 1, left, aOffset + (i - above) * aRow, panels, bi, scratch, 0);
                copy(rows, width, scratch, above * WIDTH, WIDTH, c, at, ldc);
            }
            bi += packedB ? WIDTH * k : 0;
        }
    }

    /**
     * Whether a copy of A pays: where few rows need room below them, or where a deep A is read often or badly laid out.
     */
    private static boolean packsA(Product block) {
        boolean manyColumns = block.n >= PACKED_A_COLUMNS;
        boolean farApart = block.lda >= FAR_APART;
        boolean pays = block.form.transposesA() ? manyColumns || farApart : manyColumns && farApart;
        return block.m < HEIGHT || (block.k >= PACKED_A_DEPTH && pays);
    }

    /** How many tiles of 6 rows m rows begin with, so that tiles of 4 waste the fewest rows after them. */
    private static int tallTiles(int m) {
        int even = (m + 1) / 2 * 2;
        int low = m % 6 == 0 ? 0 : 3 - even % 6 / 2;
        return Math.max(0, (even - HEIGHT * low) / 6);
    }

    /** Tiles of 4 rows; the elements in a row of A lie side by side, unless A is stored transposed. */
    private static void lowTiles(Panel panel, int tiles, float[] a, int ai, float[] b, int bi, float[] c, int ci) {
        if (panel.aColumn == 1) {
            MatmulStrip.of4Rows(panel, tiles, a, ai, b, bi, c, ci);
        } else {
            MatmulStrip.of4Columns(panel, tiles, a, ai, b, bi, c, ci);
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
