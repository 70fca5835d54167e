package handgrad.kernel.matmul;

import static handgrad.kernel.matmul.MatmulPacking.WIDTH;
import static handgrad.kernel.runtime.Species.FLOAT;
import static handgrad.kernel.runtime.Species.LANES;
import static handgrad.kernel.runtime.VectorSupport.FMA;

import jdk.incubator.vector.FloatVector;

/**
 * The innermost loops where the CPU has 16 vector registers: tiles of C one below the other in a {@link Panel}. A tile
 * has two vectors of columns and 6 rows, or 4 for the rows that are left over. Its sums stay in registers; so do two
 * vectors of B and, one after the other, the elements of A.
 *
 * <p>A tile of 6 rows fills 15 registers, and C2 moves loads ahead of the multiply-adds. It stops at the 16th register
 * where each load has an address to compute, as with rows of A that are a variable distance apart. Where the addresses
 * differ by constants it goes on, and puts a sum on the stack, which makes the loop half as fast. So a transposed A,
 * whose elements lie side by side, has tiles of 4 rows.
 *
 * <p>The panel of B is packed. Its rows are a constant number of elements apart, and so are the elements in a row of A:
 * their bounds are checked before the loop, not in it. The two vectors of a row of C may overlap, so both are loaded
 * before one is stored. Vectors are never chosen by a branch before the loop: C2 then boxes them in some runs.
 */
final class MatmulStrip {
    private MatmulStrip() {}

    /** C = A B, or C += A B, for tiles of 6 rows: A as it is, or copied. */
    static void of6Rows(Panel panel, int tiles, float[] a, int aOffset, float[] b, int bi, float[] c, int cOffset) {
        int k = panel.k;
        int aRow = panel.aRow;
        int second = panel.second;
        int ldc = panel.ldc;
        int ai = aOffset;
        int ci = cOffset;
        for (int tile = 0; tile < tiles; tile++, ai += 6 * aRow, ci += 6 * ldc) {
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
                var b0 = FloatVector.fromArray(FLOAT, b, bi + p * WIDTH);
                var b1 = FloatVector.fromArray(FLOAT, b, bi + p * WIDTH + LANES);
                var a0 = FloatVector.broadcast(FLOAT, a[ai + p]);
                c00 = FMA ? a0.fma(b0, c00) : a0.mul(b0).add(c00);
                c01 = FMA ? a0.fma(b1, c01) : a0.mul(b1).add(c01);
                var a1 = FloatVector.broadcast(FLOAT, a[ai + aRow + p]);
                c10 = FMA ? a1.fma(b0, c10) : a1.mul(b0).add(c10);
                c11 = FMA ? a1.fma(b1, c11) : a1.mul(b1).add(c11);
                var a2 = FloatVector.broadcast(FLOAT, a[ai + 2 * aRow + p]);
                c20 = FMA ? a2.fma(b0, c20) : a2.mul(b0).add(c20);
                c21 = FMA ? a2.fma(b1, c21) : a2.mul(b1).add(c21);
                var a3 = FloatVector.broadcast(FLOAT, a[ai + 3 * aRow + p]);
                c30 = FMA ? a3.fma(b0, c30) : a3.mul(b0).add(c30);
                c31 = FMA ? a3.fma(b1, c31) : a3.mul(b1).add(c31);
                var a4 = FloatVector.broadcast(FLOAT, a[ai + 4 * aRow + p]);
                c40 = FMA ? a4.fma(b0, c40) : a4.mul(b0).add(c40);
                c41 = FMA ? a4.fma(b1, c41) : a4.mul(b1).add(c41);
                var a5 = FloatVector.broadcast(FLOAT, a[ai + 5 * aRow + p]);
                c50 = FMA ? a5.fma(b0, c50) : a5.mul(b0).add(c50);
                c51 = FMA ? a5.fma(b1, c51) : a5.mul(b1).add(c51);
            }
            if (panel.accumulate) {
                c00 = c00.add(FloatVector.fromArray(FLOAT, c, ci));
                c01 = c01.add(FloatVector.fromArray(FLOAT, c, ci + second));
                c00.intoArray(c, ci);
                c01.intoArray(c, ci + second);
                c10 = c10.add(FloatVector.fromArray(FLOAT, c, ci + ldc));
                c11 = c11.add(FloatVector.fromArray(FLOAT, c, ci + ldc + second));
                c10.intoArray(c, ci + ldc);
                c11.intoArray(c, ci + ldc + second);
                c20 = c20.add(FloatVector.fromArray(FLOAT, c, ci + 2 * ldc));
                c21 = c21.add(FloatVector.fromArray(FLOAT, c, ci + 2 * ldc + second));
                c20.intoArray(c, ci + 2 * ldc);
                c21.intoArray(c, ci + 2 * ldc + second);
                c30 = c30.add(FloatVector.fromArray(FLOAT, c, ci + 3 * ldc));
                c31 = c31.add(FloatVector.fromArray(FLOAT, c, ci + 3 * ldc + second));
                c30.intoArray(c, ci + 3 * ldc);
                c31.intoArray(c, ci + 3 * ldc + second);
                c40 = c40.add(FloatVector.fromArray(FLOAT, c, ci + 4 * ldc));
                c41 = c41.add(FloatVector.fromArray(FLOAT, c, ci + 4 * ldc + second));
                c40.intoArray(c, ci + 4 * ldc);
                c41.intoArray(c, ci + 4 * ldc + second);
                c50 = c50.add(FloatVector.fromArray(FLOAT, c, ci + 5 * ldc));
                c51 = c51.add(FloatVector.fromArray(FLOAT, c, ci + 5 * ldc + second));
                c50.intoArray(c, ci + 5 * ldc);
                c51.intoArray(c, ci + 5 * ldc + second);
                continue;
            }
            c00.intoArray(c, ci);
            c01.intoArray(c, ci + second);
            c10.intoArray(c, ci + ldc);
            c11.intoArray(c, ci + ldc + second);
            c20.intoArray(c, ci + 2 * ldc);
            c21.intoArray(c, ci + 2 * ldc + second);
            c30.intoArray(c, ci + 3 * ldc);
            c31.intoArray(c, ci + 3 * ldc + second);
            c40.intoArray(c, ci + 4 * ldc);
            c41.intoArray(c, ci + 4 * ldc + second);
            c50.intoArray(c, ci + 5 * ldc);
            c51.intoArray(c, ci + 5 * ldc + second);
        }
    }

    /** As {@link #of6Rows}, for tiles of 4 rows. */
    static void of4Rows(Panel panel, int tiles, float[] a, int aOffset, float[] b, int bi, float[] c, int cOffset) {
        int k = panel.k;
        int aRow = panel.aRow;
        int second = panel.second;
        int ldc = panel.ldc;
        int ai = aOffset;
        int ci = cOffset;
        for (int tile = 0; tile < tiles; tile++, ai += 4 * aRow, ci += 4 * ldc) {
            var c00 = FloatVector.zero(FLOAT);
            var c01 = FloatVector.zero(FLOAT);
            var c10 = FloatVector.zero(FLOAT);
            var c11 = FloatVector.zero(FLOAT);
            var c20 = FloatVector.zero(FLOAT);
            var c21 = FloatVector.zero(FLOAT);
            var c30 = FloatVector.zero(FLOAT);
            var c31 = FloatVector.zero(FLOAT);
            for (int p = 0; p < k; p++) {
                var b0 = FloatVector.fromArray(FLOAT, b, bi + p * WIDTH);
                var b1 = FloatVector.fromArray(FLOAT, b, bi + p * WIDTH + LANES);
                var a0 = FloatVector.broadcast(FLOAT, a[ai + p]);
                c00 = FMA ? a0.fma(b0, c00) : a0.mul(b0).add(c00);
                c01 = FMA ? a0.fma(b1, c01) : a0.mul(b1).add(c01);
                var a1 = FloatVector.broadcast(FLOAT, a[ai + aRow + p]);
                c10 = FMA ? a1.fma(b0, c10) : a1.mul(b0).add(c10);
                c11 = FMA ? a1.fma(b1, c11) : a1.mul(b1).add(c11);
                var a2 = FloatVector.broadcast(FLOAT, a[ai + 2 * aRow + p]);
                c20 = FMA ? a2.fma(b0, c20) : a2.mul(b0).add(c20);
                c21 = FMA ? a2.fma(b1, c21) : a2.mul(b1).add(c21);
                var a3 = FloatVector.broadcast(FLOAT, a[ai + 3 * aRow + p]);
                c30 = FMA ? a3.fma(b0, c30) : a3.mul(b0).add(c30);
                c31 = FMA ? a3.fma(b1, c31) : a3.mul(b1).add(c31);
            }
            if (panel.accumulate) {
                c00 = c00.add(FloatVector.fromArray(FLOAT, c, ci));
                c01 = c01.add(FloatVector.fromArray(FLOAT, c, ci + second));
                c00.intoArray(c, ci);
                c01.intoArray(c, ci + second);
                c10 = c10.add(FloatVector.fromArray(FLOAT, c, ci + ldc));
                c11 = c11.add(FloatVector.fromArray(FLOAT, c, ci + ldc + second));
                c10.intoArray(c, ci + ldc);
                c11.intoArray(c, ci + ldc + second);
                c20 = c20.add(FloatVector.fromArray(FLOAT, c, ci + 2 * ldc));
                c21 = c21.add(FloatVector.fromArray(FLOAT, c, ci + 2 * ldc + second));
                c20.intoArray(c, ci + 2 * ldc);
                c21.intoArray(c, ci + 2 * ldc + second);
                c30 = c30.add(FloatVector.fromArray(FLOAT, c, ci + 3 * ldc));
                c31 = c31.add(FloatVector.fromArray(FLOAT, c, ci + 3 * ldc + second));
                c30.intoArray(c, ci + 3 * ldc);
                c31.intoArray(c, ci + 3 * ldc + second);
                continue;
            }
            c00.intoArray(c, ci);
            c01.intoArray(c, ci + second);
            c10.intoArray(c, ci + ldc);
            c11.intoArray(c, ci + ldc + second);
            c20.intoArray(c, ci + 2 * ldc);
            c21.intoArray(c, ci + 2 * ldc + second);
            c30.intoArray(c, ci + 3 * ldc);
            c31.intoArray(c, ci + 3 * ldc + second);
        }
    }

    /** As {@link #of4Rows}, for an A that is stored transposed. */
    static void of4Columns(Panel panel, int tiles, float[] a, int aOffset, float[] b, int bi, float[] c, int cOffset) {
        int k = panel.k;
        int aColumn = panel.aColumn;
        int second = panel.second;
        int ldc = panel.ldc;
        int ai = aOffset;
        int ci = cOffset;
        for (int tile = 0; tile < tiles; tile++, ai += 4, ci += 4 * ldc) {
            var c00 = FloatVector.zero(FLOAT);
            var c01 = FloatVector.zero(FLOAT);
            var c10 = FloatVector.zero(FLOAT);
            var c11 = FloatVector.zero(FLOAT);
            var c20 = FloatVector.zero(FLOAT);
            var c21 = FloatVector.zero(FLOAT);
            var c30 = FloatVector.zero(FLOAT);
            var c31 = FloatVector.zero(FLOAT);
            int ap = ai;
            for (int p = 0; p < k; p++, ap += aColumn) {
                var b0 = FloatVector.fromArray(FLOAT, b, bi + p * WIDTH);
                var b1 = FloatVector.fromArray(FLOAT, b, bi + p * WIDTH + LANES);
                var a0 = FloatVector.broadcast(FLOAT, a[ap]);
                c00 = FMA ? a0.fma(b0, c00) : a0.mul(b0).add(c00);
                c01 = FMA ? a0.fma(b1, c01) : a0.mul(b1).add(c01);
                var a1 = FloatVector.broadcast(FLOAT, a[ap + 1]);
                c10 = FMA ? a1.fma(b0, c10) : a1.mul(b0).add(c10);
                c11 = FMA ? a1.fma(b1, c11) : a1.mul(b1).add(c11);
                var a2 = FloatVector.broadcast(FLOAT, a[ap + 2]);
                c20 = FMA ? a2.fma(b0, c20) : a2.mul(b0).add(c20);
                c21 = FMA ? a2.fma(b1, c21) : a2.mul(b1).add(c21);
                var a3 = FloatVector.broadcast(FLOAT, a[ap + 3]);
                c30 = FMA ? a3.fma(b0, c30) : a3.mul(b0).add(c30);
                c31 = FMA ? a3.fma(b1, c31) : a3.mul(b1).add(c31);
            }
            if (panel.accumulate) {
                c00 = c00.add(FloatVector.fromArray(FLOAT, c, ci));
                c01 = c01.add(FloatVector.fromArray(FLOAT, c, ci + second));
                c00.intoArray(c, ci);
                c01.intoArray(c, ci + second);
                c10 = c10.add(FloatVector.fromArray(FLOAT, c, ci + ldc));
                c11 = c11.add(FloatVector.fromArray(FLOAT, c, ci + ldc + second));
                c10.intoArray(c, ci + ldc);
                c11.intoArray(c, ci + ldc + second);
                c20 = c20.add(FloatVector.fromArray(FLOAT, c, ci + 2 * ldc));
                c21 = c21.add(FloatVector.fromArray(FLOAT, c, ci + 2 * ldc + second));
                c20.intoArray(c, ci + 2 * ldc);
                c21.intoArray(c, ci + 2 * ldc + second);
                c30 = c30.add(FloatVector.fromArray(FLOAT, c, ci + 3 * ldc));
                c31 = c31.add(FloatVector.fromArray(FLOAT, c, ci + 3 * ldc + second));
                c30.intoArray(c, ci + 3 * ldc);
                c31.intoArray(c, ci + 3 * ldc + second);
                continue;
            }
            c00.intoArray(c, ci);
            c01.intoArray(c, ci + second);
            c10.intoArray(c, ci + ldc);
            c11.intoArray(c, ci + ldc + second);
            c20.intoArray(c, ci + 2 * ldc);
            c21.intoArray(c, ci + 2 * ldc + second);
            c30.intoArray(c, ci + 3 * ldc);
            c31.intoArray(c, ci + 3 * ldc + second);
        }
    }
}
