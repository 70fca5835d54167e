package handgrad.kernel.matmul;

import static handgrad.kernel.runtime.Species.LANES;

import handgrad.kernel.runtime.Scratch;

/**
 * One block of a product where the CPU has 32 vector registers, panel by panel and tile by tile, see
 * {@link MatmulTile}.
 *
 * <p>The highest tile has 8 rows and needs its 8 elements of A side by side. A transposed A is stored like that. Any
 * other A is packed into that order if the block has panels enough to make up for the copy. If not, tiles of 4 rows
 * read A as it lies: the addresses of more rows do not fit into the CPU's integer registers.
 */
final class MatmulTiles {
    /** Rows of the highest tile. */
    private static final int HEIGHT = MatmulPacking.HEIGHT;

    /** From this many columns on, the higher tile makes up for packing A. */
    private static final int PACKED_A_COLUMNS = 128;

    /** A transposed A is packed from this many rows on. */
    private static final int PACKED_A_ROWS = 64;

    private MatmulTiles() {}

    /**
     * Adds to C, or sets it to, the product of one block of each matrix.
     *
     * @param packedB whether b holds packed panels, one after the other; else it is B
     */
    static void multiply(Product block, float[] a, float[] b, boolean packedB, float[] c) {
        int m = block.m;
        int n = block.n;
        int k = block.k;
        int ldc = block.ldc;
        boolean accumulate = block.accumulate;
        int aOffset = block.aOffset;
        int cOffset = block.cOffset;
        int aRow = block.aRow();
        boolean transposedA = block.form.transposesA();
        boolean packA = n >= PACKED_A_COLUMNS && m >= HEIGHT && (!transposedA || m >= PACKED_A_ROWS);
        int packed = HEIGHT * LANES;
        float[] scratch = Scratch.floats(packed + (packA ? Math.ceilDiv(m, HEIGHT) * HEIGHT * k : 0));
        if (packA) {
            MatmulPacking.panelsOfA(block, a, scratch, packed);
        }
        float[] left = packA ? scratch : a;
        boolean sideBySide = packA || transposedA;
        int row = packA ? 1 : aRow;
        int column = packA ? HEIGHT : block.aColumn();
        int width;
        for (int j = 0; j < n; j += width) {
            width = MatmulPacking.width(n - j);
            boolean inside = width >= LANES;
            int second = Math.max(0, width - LANES);
            int stride = packedB ? MatmulPacking.stride(width) : block.ldb;
            int outStride = inside ? ldc : LANES;
            int bi = packedB ? j * k : block.bOffset + j;
            float[] out = inside ? c : scratch;
            int rows;
            for (int i = 0; i < m; i += rows) {
                rows = tileRows(m - i, sideBySide);
                int ai = packA ? packed + i / HEIGHT * HEIGHT * k + i % HEIGHT : aOffset + i * aRow;
                int ci = cOffset + i * ldc + j;
                int oi = inside ? ci : 0;
                if (accumulate && !inside) {
                    copy(rows, width, c, ci, ldc, scratch, 0, LANES);
                }
                switch (rows) {
                    case 8 -> {
                        if (second == 0) {
                            MatmulTile.of8x1(k, left, ai, column, b, bi, stride, accumulate, out, oi, outStride);
                        } else {
                            MatmulTile.of8(k, left, ai, column, b, bi, stride, second, accumulate, out, oi, outStride);
                        }
                    }
                    case 6 ->
                        MatmulTile.of6(k, left, ai, row, column, b, bi, stride, second, accumulate, out, oi, outStride);
                    case 4 ->
                        MatmulTile.of4(k, left, ai, row, column, b, bi, stride, second, accumulate, out, oi, outStride);
                    default -> MatmulTile.of1(k, left, ai, column, b, bi, stride, second, accumulate, out, oi);
                }
                if (!inside) {
                    copy(rows, width, scratch, 0, LANES, c, ci, ldc);
                }
            }
        }
    }

    /** How many rows the next tile has, of those that are left. */
    private static int tileRows(int rows, boolean sideBySide) {
        if (sideBySide && rows >= 6) {
            return rows >= HEIGHT ? HEIGHT : 6;
        }
        return rows >= 4 ? 4 : 1;
    }

    /** Copies a tile narrower than a vector. */
    private static void copy(
            int rows, int width, float[] from, int fromOffset, int fromStride, float[] to, int toOffset, int toStride) {
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < width; j++) {
                to[toOffset + r * toStride + j] = from[fromOffset + r * fromStride + j];
            }
        }
    }
}
