package handgrad.kernel;

import static handgrad.kernel.Species.FLOAT;
import static handgrad.kernel.Species.LANES;
import static handgrad.kernel.VectorSupport.FMA;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Matrix products on vectors; the contract is that of {@link ScalarMatmul}, bit for bit.
 *
 * <p><b>Structure.</b> C is cut into panels of 2 vectors of columns, a panel into tiles of 6 rows. A tile keeps its 12
 * vectors of sums in registers and walks down k: two vectors of B and six broadcast elements of A give 12 multiply-adds.
 * With the two of B and one of A that is 15 registers, which fits the 16 of AVX2; the rows left over go one by one. A
 * tile at the right edge would pass the end of a row, so that panel of B is first copied into a buffer as wide as the
 * tile; masks would do without the copy, but masked loads box on JDK 25. A transposed B is copied likewise, and so is
 * each panel when there are many rows to read it. A transposed A needs no copy since its elements are broadcast anyway.
 *
 * <p><b>Bits.</b> Each element of C is one lane of one register and adds its products in the order of k, in a tile of six
 * rows as in a single row, in a full panel as at the edge, and for any vector width. So the result does not depend on
 * how rows are split over threads.
 *
 * <p>A vector is boxed when it passes through a call that C2 does not inline, and after a run of small products C2 may not
 * inline even the smallest method. So the tiles are spelled out and call the Vector API alone.
 */
public final class VectorMatmul {
    private static final int ROWS = 6;
    private static final int WIDTH = 2 * LANES;

    /** Where the copy of a panel of B starts in the scratch buffer, behind the sums of a tile. */
    private static final int PANEL = ROWS * WIDTH;

    /** From this many rows on, a panel is read often enough to be worth a copy into consecutive memory. */
    private static final int COPIED_FROM_ROWS = 64;

    private VectorMatmul() {}

    /** C = alpha op(A) op(B) + beta C, see {@link ScalarMatmul}. */
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
        int depth = alpha == 0f ? 0 : k;
        int aRow = transposeA ? 1 : lda;
        int aColumn = transposeA ? lda : 1;
        float[] scratch = Scratch.floats(PANEL + depth * WIDTH);
        for (int j = 0; j < n; j += WIDTH) {
            int width = Math.min(WIDTH, n - j);
            boolean copied = transposeB || width < WIDTH || m >= COPIED_FROM_ROWS;
            if (transposeB) {
                copyTransposed(depth, width, b, bOffset + j * ldb, ldb, scratch);
            } else if (copied) {
                copy(depth, width, b, bOffset + j, ldb, scratch);
            }
            float[] panel = copied ? scratch : b;
            int panelOffset = copied ? PANEL : bOffset + j;
            int panelStride = copied ? WIDTH : ldb;
            boolean direct = alpha == 1f && beta == 0f && width == WIDTH;
            float[] out = direct ? c : scratch;
            int outStride = direct ? ldc : WIDTH;
            for (int i = 0; i < m; i += ROWS) {
                int rows = Math.min(ROWS, m - i);
                int ai = aOffset + i * aRow;
                int ci = cOffset + i * ldc + j;
                int outOffset = direct ? ci : 0;
                if (rows == ROWS) {
                    tileOf6(depth, a, ai, aRow, aColumn, panel, panelOffset, panelStride, out, outOffset, outStride);
                } else {
                    for (int r = 0; r < rows; r++) {
                        tileOf1(
                                depth,
                                a,
                                ai + r * aRow,
                                aColumn,
                                panel,
                                panelOffset,
                                panelStride,
                                out,
                                outOffset + r * outStride);
                    }
                }
                if (!direct) {
                    update(rows, width, alpha, scratch, beta, c, ci, ldc);
                }
            }
        }
    }

    private static void tileOf6(
            int k,
            float[] a,
            int ai,
            int aRow,
            int aColumn,
            float[] b,
            int bi,
            int bStride,
            float[] out,
            int outOffset,
            int outStride) {
        var c00 = FloatVector.zero(FLOAT);
        var c01 = FloatVector.zero(FLOAT);
        var c10 = FloatVector.zero(FLOAT);
        var c11 = FloatVector.zero(FLOAT);
        var c20 = FloatVector.zero(FLOAT);
        var c21 = FloatVector.zero(FLOAT);
        var c30 = FloatVector.zero(FLOAT);
        var c31 = FloatVector.zero(FLOAT);
        var c40 = FloatVector.zero(FLOAT);
        var c41 = FloatVector.zero(FLOAT);
        var c50 = FloatVector.zero(FLOAT);
        var c51 = FloatVector.zero(FLOAT);
        for (int p = 0; p < k; p++) {
            int ap = ai + p * aColumn;
            int bp = bi + p * bStride;
            var b0 = FloatVector.fromArray(FLOAT, b, bp);
            var b1 = FloatVector.fromArray(FLOAT, b, bp + LANES);
            var a0 = FloatVector.broadcast(FLOAT, a[ap]);
            c00 = FMA ? a0.fma(b0, c00) : a0.mul(b0).add(c00);
            c01 = FMA ? a0.fma(b1, c01) : a0.mul(b1).add(c01);
            var a1 = FloatVector.broadcast(FLOAT, a[ap + aRow]);
            c10 = FMA ? a1.fma(b0, c10) : a1.mul(b0).add(c10);
            c11 = FMA ? a1.fma(b1, c11) : a1.mul(b1).add(c11);
            var a2 = FloatVector.broadcast(FLOAT, a[ap + 2 * aRow]);
            c20 = FMA ? a2.fma(b0, c20) : a2.mul(b0).add(c20);
            c21 = FMA ? a2.fma(b1, c21) : a2.mul(b1).add(c21);
            var a3 = FloatVector.broadcast(FLOAT, a[ap + 3 * aRow]);
            c30 = FMA ? a3.fma(b0, c30) : a3.mul(b0).add(c30);
            c31 = FMA ? a3.fma(b1, c31) : a3.mul(b1).add(c31);
            var a4 = FloatVector.broadcast(FLOAT, a[ap + 4 * aRow]);
            c40 = FMA ? a4.fma(b0, c40) : a4.mul(b0).add(c40);
            c41 = FMA ? a4.fma(b1, c41) : a4.mul(b1).add(c41);
            var a5 = FloatVector.broadcast(FLOAT, a[ap + 5 * aRow]);
            c50 = FMA ? a5.fma(b0, c50) : a5.mul(b0).add(c50);
            c51 = FMA ? a5.fma(b1, c51) : a5.mul(b1).add(c51);
        }
        c00.intoArray(out, outOffset);
        c01.intoArray(out, outOffset + LANES);
        c10.intoArray(out, outOffset + outStride);
        c11.intoArray(out, outOffset + outStride + LANES);
        c20.intoArray(out, outOffset + 2 * outStride);
        c21.intoArray(out, outOffset + 2 * outStride + LANES);
        c30.intoArray(out, outOffset + 3 * outStride);
        c31.intoArray(out, outOffset + 3 * outStride + LANES);
        c40.intoArray(out, outOffset + 4 * outStride);
        c41.intoArray(out, outOffset + 4 * outStride + LANES);
        c50.intoArray(out, outOffset + 5 * outStride);
        c51.intoArray(out, outOffset + 5 * outStride + LANES);
    }

    private static void tileOf1(
            int k, float[] a, int ai, int aColumn, float[] b, int bi, int bStride, float[] out, int outOffset) {
        var c0 = FloatVector.zero(FLOAT);
        var c1 = FloatVector.zero(FLOAT);
        for (int p = 0; p < k; p++) {
            int bp = bi + p * bStride;
            var a0 = FloatVector.broadcast(FLOAT, a[ai + p * aColumn]);
            var b0 = FloatVector.fromArray(FLOAT, b, bp);
            var b1 = FloatVector.fromArray(FLOAT, b, bp + LANES);
            c0 = FMA ? a0.fma(b0, c0) : a0.mul(b0).add(c0);
            c1 = FMA ? a0.fma(b1, c1) : a0.mul(b1).add(c1);
        }
        c0.intoArray(out, outOffset);
        c1.intoArray(out, outOffset + LANES);
    }

    /** Copies a panel of B into the scratch buffer, each row filled up with zeros to the tile's width. */
    private static void copy(int k, int width, float[] b, int bi, int ldb, float[] scratch) {
        for (int p = 0; p < k; p++) {
            int row = PANEL + p * WIDTH;
            System.arraycopy(b, bi + p * ldb, scratch, row, width);
            Arrays.fill(scratch, row + width, row + WIDTH, 0f);
        }
    }

    private static void copyTransposed(int k, int width, float[] b, int bi, int ldb, float[] scratch) {
        if (width < WIDTH) {
            Arrays.fill(scratch, PANEL, PANEL + k * WIDTH, 0f);
        }
        for (int j = 0; j < width; j++) {
            for (int p = 0; p < k; p++) {
                scratch[PANEL + p * WIDTH + j] = b[bi + j * ldb + p];
            }
        }
    }

    /** C = alpha * sums + beta C over one tile. */
    private static void update(int rows, int width, float alpha, float[] sums, float beta, float[] c, int ci, int ldc) {
        int vectorEnd = FLOAT.loopBound(width);
        for (int r = 0; r < rows; r++) {
            int si = r * WIDTH;
            int cr = ci + r * ldc;
            for (int j = 0; j < vectorEnd; j += LANES) {
                var scaled = FloatVector.fromArray(FLOAT, sums, si + j).mul(alpha);
                if (beta != 0f) {
                    var old = FloatVector.fromArray(FLOAT, c, cr + j);
                    scaled = scaled.add(old.mul(beta));
                }
                scaled.intoArray(c, cr + j);
            }
            for (int j = vectorEnd; j < width; j++) {
                float scaled = alpha * sums[si + j];
                c[cr + j] = beta == 0f ? scaled : scaled + beta * c[cr + j];
            }
        }
    }
}
