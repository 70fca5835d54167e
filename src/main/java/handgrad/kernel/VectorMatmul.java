package handgrad.kernel;

import static handgrad.kernel.MatmulTile.WIDTH;
import static handgrad.kernel.Species.FLOAT;
import static handgrad.kernel.Species.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Matrix products on vectors; the contract is that of {@link ScalarMatmul}, bit for bit.
 *
 * <p><b>Structure.</b> C is cut into panels of 2 vectors of columns, a panel into tiles of 8 rows. A tile keeps its 16
 * vectors of sums in registers and walks down k: two vectors of B and 8 broadcast elements of A give 16 multiply-adds
 * ({@link MatmulTile}). With the two of B and one of A that is 19 registers: AVX-512 and Neon have 32. The tile needs its 8
 * elements of A side by side. A transposed A has them so; where enough panels read them, any A is packed in that order, in
 * consecutive memory ({@link MatmulPacking}); else tiles of 4 rows take A as it lies, since more addresses of rows do not fit
 * the CPU's integer registers. AVX2 has 16 vector registers: there tiles have 6 rows and take A as it lies. Alpha other than
 * 1 is multiplied into A as it is packed, on any CPU. Rows left over go one by one, or fill up a tile of packed A. A tile that
 * sticks out of C is computed in a buffer; masks would do without, but masked loads box on JDK 25.
 *
 * <p><b>Blocks</b>, after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008. k is cut into
 * blocks of 256, so that a panel of B, 32 KiB on AVX-512, stays in the nearest caches while all rows pass by; between two
 * blocks the sums rest in C. B is packed once into a buffer that all threads read, at most 2048 columns and so 2 MiB at a
 * time. Rows go to the threads of {@link Parallel} in blocks of at least 64, each with its own copy of A.
 *
 * <p><b>Bits.</b> Each element of C begins with beta C, or 0, and adds the products (alpha A) B in the order of k: in any
 * tile, at the edge, for any vector width, and however rows are split over threads.
 *
 * <p><b>Trade-off.</b> A panel at the edge costs as much as a full one, so fewer than 16 columns waste more than half of the
 * work on AVX-512, and a single column nearly all. To pack A costs about 7 multiply-adds for each element.
 */
public final class VectorMatmul {
    /** Whether the CPU has 32 vector registers, as AVX-512 and Neon do; AVX2 has 16. */
    private static final boolean MANY_REGISTERS = VectorSupport.BITS != 256;

    /** Sizes of a block of B. */
    private static final int DEPTH = 256;

    private static final int COLUMNS = 2048;

    /** Rows in a block for a thread, at least, and their multiply-adds: about 20 µs on one core. */
    private static final int BLOCK_ROWS = 64;

    private static final long BLOCK_WORK = 1L << 21;

    /** Rows of a tile whose elements of A lie side by side, and of one that takes A as it lies. */
    private static final int TILE_ROWS = MatmulPacking.HEIGHT;

    private static final int DIRECT_TILE_ROWS = MANY_REGISTERS ? 4 : 6;

    /** From this many rows on, a panel of B is read often enough to be worth a copy into consecutive memory. */
    private static final int PACKED_B_ROWS = 64;

    /** From this many columns on, the faster tile makes up for packing A. */
    private static final int PACKED_A_COLUMNS = 128;

    /** A tile begins with these, for want of other sums. */
    private static final float[] ZEROS = new float[WIDTH];

    private VectorMatmul() {}

    /** C = alpha op(A) op(B) + beta C, see {@link ScalarMatmul}. Allocates nothing but the task of more than one block. */
    public static void sgemm(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float alpha,
            float[] a,
            int aOffset,
            int lda,
            float[] b,
            int bOffset,
            int ldb,
            float beta,
            float[] c,
            int cOffset,
            int ldc) {
        boolean nothingToAdd = k == 0 || alpha == 0f;
        if (beta != 1f && (beta != 0f || nothingToAdd)) {
            scale(m, n, beta, c, cOffset, ldc);
        }
        if (nothingToAdd || m == 0) {
            return;
        }
        int aRow = transposeA ? 1 : lda;
        int aColumn = transposeA ? lda : 1;
        int bRow = transposeB ? 1 : ldb;
        int bColumn = transposeB ? ldb : 1;
        boolean packB = transposeB || m >= PACKED_B_ROWS;
        for (int j0 = 0; j0 < n; j0 += COLUMNS) {
            int columns = Math.min(COLUMNS, n - j0);
            int cj = cOffset + j0;
            for (int p0 = 0; p0 < k; p0 += DEPTH) {
                int depth = Math.min(DEPTH, k - p0);
                boolean accumulate = beta != 0f || p0 > 0;
                int ap = aOffset + p0 * aColumn;
                int bp = bOffset + p0 * bRow + j0 * bColumn;
                // A panel at the right edge is packed in any case: a tile reads past the end of its rows.
                int packedFrom = packB ? 0 : columns - columns % WIDTH;
                float[] panels = Scratch.shared(depth * Math.ceilDiv(columns, WIDTH) * WIDTH);
                for (int j = packedFrom; j < columns; j += WIDTH) {
                    int width = Math.min(WIDTH, columns - j);
                    MatmulPacking.ofB(transposeB, width, depth, b, bp + j * bColumn, ldb, panels, j * depth);
                }
                int blockRows = blockRows(m, (long) columns * depth);
                if (blockRows >= m) {
                    multiply(
                            transposeA,
                            m,
                            columns,
                            depth,
                            alpha,
                            a,
                            ap,
                            lda,
                            b,
                            bp,
                            ldb,
                            panels,
                            packedFrom,
                            accumulate,
                            c,
                            cj,
                            ldc);
                } else {
                    Parallel.blocks(Math.ceilDiv(m, blockRows), block -> {
                        int i = block * blockRows;
                        int rows = Math.min(blockRows, m - i);
                        int ai = ap + i * aRow;
                        int ci = cj + i * ldc;
                        multiply(
                                transposeA,
                                rows,
                                columns,
                                depth,
                                alpha,
                                a,
                                ai,
                                lda,
                                b,
                                bp,
                                ldb,
                                panels,
                                packedFrom,
                                accumulate,
                                c,
                                ci,
                                ldc);
                    });
                }
            }
        }
    }

    /** The rows of a block: whole tiles, and blocks as equal as these allow. */
    private static int blockRows(int m, long rowWork) {
        int least = Math.clamp(BLOCK_WORK / rowWork, BLOCK_ROWS, Integer.MAX_VALUE);
        int blocks = Math.ceilDiv(m, least);
        return Math.ceilDiv(Math.ceilDiv(m, blocks), TILE_ROWS) * TILE_ROWS;
    }

    /**
     * Adds to C, or sets it to, the product of one block of each matrix.
     *
     * @param panels packed panels of B, one after the other, those of columns before {@code packedFrom} left out
     */
    private static void multiply(
            boolean transposeA,
            int m,
            int n,
            int k,
            float alpha,
            float[] a,
            int ai,
            int lda,
            float[] b,
            int bi,
            int ldb,
            float[] panels,
            int packedFrom,
            boolean accumulate,
            float[] c,
            int ci,
            int ldc) {
        // Where A is packed, all its rows are, and the last tile is filled up with rows of zeros.
        boolean packA = alpha != 1f || (MANY_REGISTERS && n >= PACKED_A_COLUMNS && m >= TILE_ROWS);
        int rowsInPanels = packA ? Math.ceilDiv(m, TILE_ROWS) * TILE_ROWS : 0;
        int packed = TILE_ROWS * WIDTH;
        float[] scratch = Scratch.floats(packed + rowsInPanels * k);
        int aRow = transposeA ? 1 : lda;
        int aColumn = transposeA ? lda : 1;
        for (int i = 0; i < rowsInPanels; i += TILE_ROWS) {
            int rows = Math.min(TILE_ROWS, m - i);
            MatmulPacking.ofA(transposeA, rows, k, alpha, a, ai + i * aRow, lda, scratch, packed + i * k);
        }
        float[] left = packA ? scratch : a;
        int row = packA ? 1 : aRow;
        int column = packA ? TILE_ROWS : aColumn;
        for (int j = 0; j < n; j += WIDTH) {
            int width = Math.min(WIDTH, n - j);
            float[] panel = j < packedFrom ? b : panels;
            int pi = j < packedFrom ? bi + j : j * k;
            int stride = j < packedFrom ? ldb : WIDTH;
            int rows;
            for (int i = 0; i < m; i += rows) {
                int tileRows = packA || (MANY_REGISTERS && transposeA && m - i >= TILE_ROWS)
                        ? TILE_ROWS
                        : m - i >= DIRECT_TILE_ROWS ? DIRECT_TILE_ROWS : 1;
                rows = Math.min(tileRows, m - i);
                int at = ci + i * ldc + j;
                boolean inside = width == WIDTH && rows == tileRows;
                if (accumulate && !inside) {
                    copy(rows, width, c, at, ldc, scratch, 0, WIDTH);
                }
                float[] out = inside ? c : scratch;
                int oi = inside ? at : 0;
                int outStride = inside ? ldc : WIDTH;
                float[] start = accumulate ? out : ZEROS;
                int si = accumulate ? oi : 0;
                int startStride = accumulate ? outStride : 0;
                int li = packA ? packed + i * k : ai + i * aRow;
                switch (tileRows) {
                    case 8 ->
                        MatmulTile.of8(
                                k, left, li, column, panel, pi, stride, start, si, startStride, out, oi, outStride);
                    case 6 ->
                        MatmulTile.of6(
                                k,
                                left,
                                li,
                                row,
                                column,
                                panel,
                                pi,
                                stride,
                                start,
                                si,
                                startStride,
                                out,
                                oi,
                                outStride);
                    case 4 ->
                        MatmulTile.of4(
                                k,
                                left,
                                li,
                                row,
                                column,
                                panel,
                                pi,
                                stride,
                                start,
                                si,
                                startStride,
                                out,
                                oi,
                                outStride);
                    default ->
                        MatmulTile.of1(
                                k, left, li, column, panel, pi, stride, start, si, startStride, out, oi, outStride);
                }
                if (!inside) {
                    copy(rows, width, scratch, 0, WIDTH, c, at, ldc);
                }
            }
        }
    }

    /** C = beta C, and 0 for beta = 0 whatever C holds. */
    private static void scale(int m, int n, float beta, float[] c, int ci, int ldc) {
        for (int i = 0; i < m; i++) {
            int row = ci + i * ldc;
            if (beta == 0f) {
                Arrays.fill(c, row, row + n, 0f);
                continue;
            }
            for (int j = row; j < row + n; j++) {
                c[j] *= beta;
            }
        }
    }

    /** Copies part of a tile. The last vector of a row overlaps the one before, so that no element is left over. */
    private static void copy(
            int rows, int width, float[] from, int fromOffset, int fromStride, float[] to, int toOffset, int toStride) {
        for (int r = 0; r < rows; r++) {
            int source = fromOffset + r * fromStride;
            int target = toOffset + r * toStride;
            if (width < LANES) {
                for (int j = 0; j < width; j++) {
                    to[target + j] = from[source + j];
                }
            } else {
                int last = width - LANES;
                FloatVector.fromArray(FLOAT, from, source).intoArray(to, target);
                FloatVector.fromArray(FLOAT, from, source + last).intoArray(to, target + last);
            }
        }
    }
}
