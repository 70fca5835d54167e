package handgrad.kernel.matmul;

import static handgrad.kernel.matmul.MatmulTile.WIDTH;
import static handgrad.kernel.runtime.Species.LANES;

import handgrad.kernel.route.Route;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Matrix products on vectors; the contract is that of {@link ScalarMatmul}, bit for bit.
 *
 * <p><b>Structure.</b> C is cut into panels of 2 vectors of columns, a panel into tiles of some rows. A tile keeps its sums in
 * registers and walks down k: with each step it loads two vectors of B and broadcasts an element of A for each row. How many
 * rows there are, and how A and B lie for it, depends on the registers that the CPU has: {@link MatmulTiles} is for 32, as in
 * AVX-512 and Neon, {@link MatmulStrips} for the 16 of AVX2. Alpha other than 1 is multiplied into A as it is packed.
 *
 * <p><b>Edge.</b> Where a panel has fewer columns than two vectors, the vectors overlap: the columns in both are computed
 * twice, to the same bits. So no tile reads or writes past a row. Only where all of C is narrower than one vector are tiles
 * computed in a buffer.
 *
 * <p><b>Blocks</b>, after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008. k is cut into
 * blocks of 256, so that a panel of B, 32 KiB on AVX-512 and 16 on AVX2, stays in the nearest caches while all rows pass by;
 * between two blocks the sums rest in C. B is packed once into a buffer that all threads read, at most 2048 columns and so
 * 2 MiB at a time. Rows go to the threads of {@link Parallel} in blocks of at least 64, each with its own copy of A; fewer rows
 * than that are shared by blocks of columns.
 *
 * <p><b>Bits.</b> An element of C begins with beta C, or nothing. For each block of k the products (alpha A) B are added in
 * order, and their sum is added to C: the same in any tile, at the edge, for any vector width, and however rows are split over
 * threads.
 *
 * <p><b>Trade-off.</b> A vector at the edge costs as much as a full one, so fewer columns than a vector has waste part of the
 * work, and a single column nearly all. To copy an element of A or B costs some multiply-adds.
 */
public final class VectorMatmul {
    /** Whether the CPU has 32 vector registers, as AVX-512 and Neon do; AVX2 has 16. */
    static final boolean MANY_REGISTERS = VectorSupport.BITS != 256;

    /** Products that are added before their sum is added to C: the rows of a block of B. */
    static final int DEPTH = 256;

    /** Columns of a block of B, at most. */
    private static final int COLUMNS = 2048;

    /** Rows in a block for a thread, at least. */
    private static final int BLOCK_ROWS = 64;

    /** Columns in a block for a thread, at least, where there are not rows enough for two blocks. */
    private static final int BLOCK_COLUMNS = 256;

    /** From this many rows on, a panel is read often enough to be worth a copy into consecutive memory, if it is deep. */
    private static final int PACKED_ROWS = 64;

    private static final int PACKED_DEPTH = 64;

    /** Elements of a B that stays in the second-level cache of any CPU beside A and C: 128 KiB. */
    private static final int SMALL_B = 1 << 15;

    /** The rows of a block are a multiple of this, so tiles leave none over. */
    private static final int TILE_ROWS = 8;

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
        if (TransposedProduct.pays(transposeA, transposeB, m, n, k, alpha, lda, beta)) {
            TransposedProduct.sgemm(
                    transposeA, transposeB, m, n, k, a, aOffset, lda, b, bOffset, ldb, beta, c, cOffset, ldc);
        } else {
            sgemmAsItIs(
                    transposeA, transposeB, m, n, k, alpha, a, aOffset, lda, b, bOffset, ldb, beta, c, cOffset, ldc);
        }
    }

    /** The same without a look at the transposed product. */
    static void sgemmAsItIs(
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
        int least = Math.clamp(Route.JAVA_BLOCK_WORK / Math.max(1, (long) m * k), BLOCK_COLUMNS, n);
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
                if (m <= MatmulRow.ROWS && !transposeB && columns >= LANES) {
                    MatmulRow.multiply(
                            transposeA, m, columns, depth, alpha, a, ap, lda, b, bp, ldb, accumulate, c, cj, ldc);
                    continue;
                }
                int blockRows = blockRows(m, (long) columns * depth);
                boolean packB = packsB(transposeB, m, columns, depth, blockRows >= m);
                float[] panels = packB ? Scratch.shared(depth * Math.ceilDiv(columns, WIDTH) * WIDTH) : b;
                if (packB) {
                    MatmulPacking.panelsOfB(transposeB, columns, depth, b, bp, ldb, panels);
                }
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
                            transposeB,
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
                                transposeB,
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

    /** Whether B is copied as a whole before the first block; a small B that one block uses, strips copy panel by panel. */
    private static boolean packsB(boolean transposeB, int m, int columns, int depth, boolean oneBlock) {
        if (MANY_REGISTERS) {
            return transposeB || columns < LANES || (m >= PACKED_ROWS && depth > PACKED_DEPTH);
        }
        return !oneBlock || columns * depth > SMALL_B;
    }

    /** The rows of a block: whole tiles, and blocks as equal as these allow. */
    private static int blockRows(int m, long rowWork) {
        int least = Math.clamp(Route.JAVA_BLOCK_WORK / rowWork, BLOCK_ROWS, Integer.MAX_VALUE);
        int blocks = Math.ceilDiv(m, least);
        return Math.ceilDiv(Math.ceilDiv(m, blocks), TILE_ROWS) * TILE_ROWS;
    }

    /** Adds to C, or sets it to, the product of one block of each matrix. */
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
            boolean transposeB,
            float[] b,
            int bi,
            int ldb,
            boolean accumulate,
            float[] c,
            int ci,
            int ldc) {
        if (MANY_REGISTERS) {
            MatmulTiles.multiply(transposeA, m, n, k, alpha, a, ai, lda, packedB, b, bi, ldb, accumulate, c, ci, ldc);
        } else {
            MatmulStrips.multiply(
                    transposeA, m, n, k, alpha, a, ai, lda, packedB, transposeB, b, bi, ldb, accumulate, c, ci, ldc);
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
}
