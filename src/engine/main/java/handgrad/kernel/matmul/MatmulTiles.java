package handgrad.kernel.matmul;

import static handgrad.kernel.runtime.Species.LANES;

import handgrad.kernel.runtime.Scratch;

/**
 * One block of a product of {@link VectorMatmul} where the CPU has 32 vector registers: panel by panel of B, tile by tile, see
 * {@link MatmulTile}. The tiles of 8 rows need their 8 elements of A side by side. A transposed A has them so; where enough
 * panels read them, any A is packed in that order. Else tiles of 4 rows take A as it lies, since more addresses of rows do not
 * fit the CPU's integer registers.
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
     * @param packedB whether b holds packed panels, one after the other; else it is B, from {@code bi} on
     */
    static void multiply(
            boolean transposeA,
            int m,
            int n,
            int k,
            float alpha,
            float[] a,
            int ai,
            int lda,
            boolean packedB,
            float[] b,
            int bi,
            int ldb,
            boolean accumulate,
            float[] c,
            int ci,
            int ldc) {
        boolean packA = alpha != 1f || (n >= PACKED_A_COLUMNS && m >= HEIGHT && (!transposeA || m >= PACKED_A_ROWS));
        int rowsInPanels = packA ? Math.ceilDiv(m, HEIGHT) * HEIGHT : 0;
        int packed = HEIGHT * LANES;
        float[] scratch = Scratch.floats(packed + rowsInPanels * k);
        int aRow = transposeA ? 1 : lda;
        int aColumn = transposeA ? lda : 1;
        for (int i = 0; i < rowsInPanels; i += HEIGHT) {
            int rows = Math.min(HEIGHT, m - i);
            MatmulPacking.ofA(transposeA, rows, k, alpha, a, ai + i * aRow, lda, scratch, packed + i * k);
        }
        float[] left = packA ? scratch : a;
        int row = packA ? 1 : aRow;
        int column = packA ? HEIGHT : aColumn;
        boolean sideBySide = packA || transposeA;
        int width;
        for (int j = 0; j < n; j += width) {
            width = MatmulPacking.width(n - j);
            int second = Math.max(0, width - LANES);
            int pi = packedB ? j * k : bi + j;
            int stride = packedB ? MatmulPacking.stride(width) : ldb;
            boolean inside = width >= LANES;
            float[] out = inside ? c : scratch;
            int outStride = inside ? ldc : LANES;
            int rows;
            for (int i = 0; i < m; i += rows) {
                rows = tileRows(m - i, sideBySide);
                int at = ci + i * ldc + j;
                int oi = inside ? at : 0;
                int li = packA ? packed + i / HEIGHT * HEIGHT * k + i % HEIGHT : ai + i * aRow;
                if (accumulate && !inside) {
                    copy(rows, width, c, at, ldc, scratch, 0, LANES);
                }
                switch (rows) {
                    case 8 -> {
                        if (second == 0) {
                            MatmulTile.of8x1(k, left, li, column, b, pi, stride, accumulate, out, oi, outStride);
                        } else {
                            MatmulTile.of8(k, left, li, column, b, pi, stride, second, accumulate, out, oi, outStride);
                        }
                    }
                    case 6 ->
                        MatmulTile.of6(k, left, li, row, column, b, pi, stride, second, accumulate, out, oi, outStride);
                    case 4 ->
                        MatmulTile.of4(k, left, li, row, column, b, pi, stride, second, accumulate, out, oi, outStride);
                    default ->
                        MatmulTile.of1(k, left, li, column, b, pi, stride, second, accumulate, out, oi, outStride);
                }
                if (!inside) {
                    copy(rows, width, scratch, 0, LANES, c, at, ldc);
                }
            }
        }
    }

    /** The rows of the next tile, when so many are left. */
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
