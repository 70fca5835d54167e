package handgrad.kernel.matmul;

import static handgrad.kernel.matmul.MatmulPacking.WIDTH;
import static handgrad.kernel.runtime.Species.LANES;

import handgrad.kernel.route.Route;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Matrix products on vectors, with the bits of {@link ScalarMatmul}: cuts a product into blocks and hands them to the
 * threads of {@link Parallel}. The package says how, and why so.
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

    /**
     * From this many rows on, a panel is read often enough to be worth a copy into consecutive memory, if it is deep.
     */
    private static final int PACKED_ROWS = 64;

    private static final int PACKED_DEPTH = 64;

    /** Elements of a B that stays in the second-level cache of any CPU beside A and C: 128 KiB. */
    private static final int SMALL_B = 1 << 15;

    /**
     * Parts of a product that threads do on their own. With more threads each would copy too much of what others copy
     * too, so they share the copies.
     */
    private static final int PARTS = 2;

    /** The rows of a block are a multiple of this, so tiles leave none over. */
    private static final int TILE_ROWS = 8;

    private VectorMatmul() {}

    /**
     * The product in float32, see {@link MatrixProduct}. It gives the same bits as {@link ScalarMatmul}, and allocates
     * nothing but the task of more than one block.
     */
    public static void multiply(Product product, float[] a, float[] b, float[] c) {
        if (TransposedProduct.pays(product)) {
            TransposedProduct.multiply(product, a, b, c);
        } else {
            multiplyUntransposed(product, a, b, c);
        }
    }

    /** The product with its operands where they are, never as {@link TransposedProduct}. */
    static void multiplyUntransposed(Product product, float[] a, float[] b, float[] c) {
        if (Parallel.available() == PARTS && multiplyInParts(product, a, b, c)) {
            return;
        }
        int n = product.n;
        int blockColumns = blockColumns(product.m, n, product.k);
        if (blockColumns >= n) {
            multiplyColumns(product, a, b, c, 0, n);
            return;
        }
        Parallel.blocks(Math.ceilDiv(n, blockColumns), number -> {
            int from = number * blockColumns;
            multiplyColumns(product, a, b, c, from, Math.min(n, from + blockColumns));
        });
    }

    /**
     * Cuts the larger side of C in two, if there is work for it: each thread copies what it reads of A and B, and the
     * threads meet once. What they would share of the copies travels between their caches, and they would wait at every
     * block of B: that cost more than to copy the smaller matrix twice. False where there is too little work.
     */
    private static boolean multiplyInParts(Product product, float[] a, float[] b, float[] c) {
        int m = product.m;
        int n = product.n;
        int k = product.k;
        boolean byColumns = n >= m;
        int length = byColumns ? n : m;
        int unit = byColumns ? WIDTH : TILE_ROWS;
        int part = Math.ceilDiv(Math.ceilDiv(length, PARTS), unit) * unit;
        if ((long) m * n * k < PARTS * Route.JAVA_BLOCK_WORK || part >= length) {
            return false;
        }
        Parallel.blocks(PARTS, number -> {
            int from = number * part;
            int size = Math.min(part, length - from);
            var block = Workspace.ofThread().part;
            block.setBlock(
                    product,
                    byColumns ? 0 : from,
                    byColumns ? m : size,
                    byColumns ? from : 0,
                    byColumns ? size : n,
                    0,
                    k);
            multiplyColumns(block, a, b, c, 0, block.n);
        });
        return true;
    }

    /** The columns of a block: all of them, unless there is one block of rows only and much work. */
    private static int blockColumns(int m, int n, int k) {
        if (m > BLOCK_ROWS || n < 2 * BLOCK_COLUMNS) {
            return Math.max(1, n);
        }
        int least = Math.clamp(Route.JAVA_BLOCK_WORK / Math.max(1, (long) m * k), BLOCK_COLUMNS, n);
        return Math.ceilDiv(Math.ceilDiv(n, n / least), WIDTH) * WIDTH;
    }

    /** The columns of C from one to before another. */
    private static void multiplyColumns(Product product, float[] a, float[] b, float[] c, int from, int to) {
        int m = product.m;
        int k = product.k;
        if (k == 0 && !product.accumulate) {
            for (int i = 0; i < m; i++) {
                int row = product.cOffset + i * product.ldc;
                Arrays.fill(c, row + from, row + to, 0f);
            }
        }
        if (m == 0 || k == 0 || from == to) {
            return;
        }
        if (to - from == product.n && product.n <= COLUMNS && k <= DEPTH) {
            // A small product is one block. To describe the block anew takes a tenth of the time of 8 x 8 x 8.
            multiplyBlock(product, a, b, c);
            return;
        }
        var block = Workspace.ofThread().block;
        for (int j = from; j < to; j += COLUMNS) {
            int columns = Math.min(COLUMNS, to - j);
            for (int p = 0; p < k; p += DEPTH) {
                multiplyBlock(block.setBlock(product, 0, m, j, columns, p, Math.min(DEPTH, k - p)), a, b, c);
            }
        }
    }

    /** Adds to C, or sets it to, the product with one block of B. */
    private static void multiplyBlock(Product block, float[] a, float[] b, float[] c) {
        int m = block.m;
        int n = block.n;
        int k = block.k;
        if (m <= MatmulRow.ROWS && n >= LANES && !block.form.transposesB()) {
            MatmulRow.multiply(block, a, b, c);
            return;
        }
        int blockRows = blockRows(m, (long) n * k);
        boolean packB = packsB(block, blockRows >= m);
        float[] panels = packB ? Scratch.shared(k * Math.ceilDiv(n, WIDTH) * WIDTH) : b;
        if (packB) {
            MatmulPacking.panelsOfB(block, b, panels);
        }
        if (blockRows >= m) {
            multiplyRows(block, a, panels, packB, c);
            return;
        }
        Parallel.blocks(Math.ceilDiv(m, blockRows), number -> {
            int i = number * blockRows;
            var rows = Workspace.ofThread().rows.setBlock(block, i, Math.min(blockRows, m - i), 0, n, 0, k);
            multiplyRows(rows, a, panels, packB, c);
        });
    }

    /**
     * Whether B is copied as a whole before the first block; a small B that one block uses, strips copy panel by panel.
     */
    private static boolean packsB(Product block, boolean oneBlock) {
        if (MANY_REGISTERS) {
            return block.form.transposesB() || block.n < LANES || (block.m >= PACKED_ROWS && block.k > PACKED_DEPTH);
        }
        return !oneBlock || block.n * block.k > SMALL_B;
    }

    /** The rows of a block: whole tiles, and blocks as equal as these allow. */
    private static int blockRows(int m, long rowWork) {
        int least = Math.clamp(Route.JAVA_BLOCK_WORK / rowWork, BLOCK_ROWS, Integer.MAX_VALUE);
        int blocks = Math.ceilDiv(m, least);
        return Math.ceilDiv(Math.ceilDiv(m, blocks), TILE_ROWS) * TILE_ROWS;
    }

    /** The rows of one thread. */
    private static void multiplyRows(Product rows, float[] a, float[] b, boolean packedB, float[] c) {
        if (MANY_REGISTERS) {
            MatmulTiles.multiply(rows, a, b, packedB, c);
        } else {
            MatmulStrips.multiply(rows, a, b, packedB, c);
        }
    }
}
