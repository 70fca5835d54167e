package handgrad.kernel;

import static handgrad.kernel.MatmulTile.WIDTH;
import static handgrad.kernel.Species.LANES;

import java.util.Arrays;

/**
 * Matrix products on vectors; the contract is that of {@link ScalarMatmul}, bit for bit.
 *
 * <p><b>Structure.</b> C is cut into panels of 2 vectors of columns, a panel into tiles of 8 rows. A tile keeps its 16
 * vectors of sums in registers and walks down k: two vectors of B and 8 broadcast elements of A give 16 multiply-adds
 * ({@link MatmulTile}). With the two of B and one of A that is 19 registers: AVX-512 and Neon have 32. The tile needs its 8
 * elements of A side by side. A transposed A has them so; where enough panels read them, any A is packed in that order, in
 * consecutive memory ({@link MatmulPacking}); else tiles of 4 rows take A as it lies, since more addresses of rows do not fit
 * the CPU's integer registers. AVX2 has 16 vector registers: there tiles have 6 rows and take A as it lies. Alpha other than
 * 1 is multiplied into A as it is packed, on any CPU. Rows left over go to smaller tiles.
 *
 * <p><b>Edge.</b> Where a panel has fewer columns than two vectors, the vectors overlap: the columns in both are computed
 * twice, from the same start to the same bits, since a tile loads all of its start before it stores. So no tile reads or
 * writes past a row. Masks would do so too, but are boxed where C2 does not inline all of them. Only where all of C is narrower than one vector
 * are tiles computed in a buffer.
 *
 * <p><b>Blocks</b>, after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008. k is cut into
 * blocks of 256, so that a panel of B, 32 KiB on AVX-512, stays in the nearest caches while all rows pass by; between two
 * blocks the sums rest in C. B is packed once into a buffer that all threads read, at most 2048 columns and so 2 MiB at a
 * time. Rows go to the threads of {@link Parallel} in blocks of at least 64, each with its own copy of A; fewer rows than that are
 * shared by blocks of columns.
 *
 * <p><b>Bits.</b> Each element of C begins with beta C, or 0, and adds the products (alpha A) B in the order of k: in any
 * tile, at the edge, for any vector width, and however rows are split over threads.
 *
 * <p><b>Trade-off.</b> A vector at the edge costs as much as a full one, so fewer than 16 columns waste part of the work on
 * AVX-512, and a single column nearly all. To pack A costs about 7 multiply-adds for each element.
 */
public final class VectorMatmul {
    /** Whether the CPU has 32 vector registers, as AVX-512 and Neon do; AVX2 has 16. */
    private static final boolean MANY_REGISTERS = VectorSupport.BITS != 256;

    /** Sizes of a block of B. */
    private static final int DEPTH = 256;

    private static final int COLUMNS = 2048;

    /** Rows in a block for a thread, at least, and their multiply-adds: about 20 µs on one core. */
    private static final int BLOCK_ROWS = 64;

    static final long BLOCK_WORK = 1L << 21;

    /** Columns in a block for a thread, at least, where there are not rows enough for two blocks. */
    private static final int BLOCK_COLUMNS = 256;

    /** Rows of a tile whose elements of A lie side by side. */
    private static final int TILE_ROWS = MatmulPacking.HEIGHT;

    /** From this many rows on, a panel is read often enough to be worth a copy into consecutive memory, if it is deep. */
    private static final int PACKED_ROWS = 64;

    private static final int PACKED_DEPTH = 64;

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
        int blockColumns = blockColumns(m, n, k);
        if (blockColumns >= n) {
            product(transposeA, transposeB, m, n, k, alpha, a, aOffset, lda, b, bOffset, ldb, beta, c, cOffset, ldc);
            return;
        }
        Parallel.blocks(Math.ceilDiv(n, blockColumns), block -> {
            int j = block * blockColumns;
            int columns = Math.min(blockColumns, n - j);
            int bj = bOffset + j * (transposeB ? ldb : 1);
            int cj = cOffset + j;
            product(transposeA, transposeB, m, columns, k, alpha, a, aOffset, lda, b, bj, ldb, beta, c, cj, ldc);
        });
    }

    /** The columns of a block: all of them, unless there is one block of rows only and much work. */
    private static int blockColumns(int m, int n, int k) {
        if (m > BLOCK_ROWS || n < 2 * BLOCK_COLUMNS) {
            return Math.max(1, n);
        }
        int least = Math.clamp(BLOCK_WORK / Math.max(1, (long) m * k), BLOCK_COLUMNS, n);
        return Math.ceilDiv(Math.ceilDiv(n, n / least), WIDTH) * WIDTH;
    }

    private static void product(
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
        for (int j0 = 0; j0 < n; j0 += COLUMNS) {
            int columns = Math.min(COLUMNS, n - j0);
            int cj = cOffset + j0;
            for (int p0 = 0; p0 < k; p0 += DEPTH) {
                int depth = Math.min(DEPTH, k - p0);
                boolean accumulate = beta != 0f || p0 > 0;
                int ap = aOffset + p0 * aColumn;
                int bp = bOffset + p0 * bRow + j0 * bColumn;
                boolean packB = transposeB || columns < LANES || (m >= PACKED_ROWS && depth > PACKED_DEPTH);
                float[] panels = packB ? Scratch.shared(depth * MatmulPacking.stride(columns)) : b;
                for (int j = 0, width; packB && j < columns; j += width) {
                    width = width(columns - j);
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
                            packB,
                            panels,
                            bp,
                            ldb,
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
                                packB,
                                panels,
                                bp,
                                ldb,
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
     * The columns of the next panel, when so many are left: two vectors; but one vector, where two would leave less than a
     * vector for the last panel.
     */
    private static int width(int columns) {
        return columns > WIDTH && columns < WIDTH + LANES ? LANES : Math.min(WIDTH, columns);
    }

    /**
     * Adds to C, or sets it to, the product of one block of each matrix.
     *
     * @param packedB whether b holds packed panels, one after the other; else it is B, from {@code bi} on
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
            boolean packedB,
            float[] b,
            int bi,
            int ldb,
            boolean accumulate,
            float[] c,
            int ci,
            int ldc) {
        boolean packA = alpha != 1f
                || (MANY_REGISTERS && n >= PACKED_A_COLUMNS && m >= TILE_ROWS && (!transposeA || m >= PACKED_ROWS));
        int rowsInPanels = packA ? Math.ceilDiv(m, TILE_ROWS) * TILE_ROWS : 0;
        int packed = TILE_ROWS * LANES;
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
        boolean sideBySide = packA || (MANY_REGISTERS && transposeA);
        int width;
        for (int j = 0; j < n; j += width) {
            width = width(n - j);
            int second = Math.max(0, width - LANES);
            int pi = packedB ? j * k : bi + j;
            int stride = packedB ? MatmulPacking.stride(width) : ldb;
            boolean inside = width >= LANES;
            float[] out = inside ? c : scratch;
            int outStride = inside ? ldc : LANES;
            float[] start = accumulate ? out : ZEROS;
            int startStride = accumulate ? outStride : 0;
            int rows;
            for (int i = 0; i < m; i += rows) {
                rows = tileRows(m - i, sideBySide);
                int at = ci + i * ldc + j;
                if (accumulate && !inside) {
                    copy(rows, width, c, at, ldc, scratch, 0, LANES);
                }
                int oi = inside ? at : 0;
                int si = accumulate ? oi : 0;
                int li = packA ? packed + i / TILE_ROWS * TILE_ROWS * k + i % TILE_ROWS : ai + i * aRow;
                if (rows == TILE_ROWS) {
                    if (second == 0) {
                        MatmulTile.of8x1(
                                k, left, li, column, b, pi, stride, start, si, startStride, out, oi, outStride);
                    } else {
                        MatmulTile.of8(
                                k, left, li, column, b, pi, stride, second, start, si, startStride, out, oi, outStride);
                    }
                } else if (rows == 6) {
                    MatmulTile.of6(
                            k,
                            left,
                            li,
                            row,
                            column,
                            b,
                            pi,
                            stride,
                            second,
                            start,
                            si,
                            startStride,
                            out,
                            oi,
                            outStride);
                } else if (rows == 4) {
                    MatmulTile.of4(
                            k,
                            left,
                            li,
                            row,
                            column,
                            b,
                            pi,
                            stride,
                            second,
                            start,
                            si,
                            startStride,
                            out,
                            oi,
                            outStride);
                } else {
                    MatmulTile.of1(
                            k, left, li, column, b, pi, stride, second, start, si, startStride, out, oi, outStride);
                }
                if (!inside) {
                    copy(rows, width, scratch, 0, LANES, c, at, ldc);
                }
            }
        }
    }

    /** The rows of the next tile, when so many are left. */
    private static int tileRows(int rows, boolean sideBySide) {
        if (sideBySide && rows >= TILE_ROWS) {
            return TILE_ROWS;
        }
        if (rows >= 6 && (sideBySide || !MANY_REGISTERS)) {
            return 6;
        }
        return rows >= 4 ? 4 : 1;
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
