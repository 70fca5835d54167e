package handgrad.kernel.matmul;

import static handgrad.kernel.runtime.Species.FLOAT;
import static handgrad.kernel.runtime.VectorSupport.FMA;

import jdk.incubator.vector.FloatVector;

/**
 * The innermost loops where the CPU has 32 vector registers. A tile of C, some rows by the columns of a {@link Panel},
 * stays in registers while k products are added to each of its elements, in the order of k. Then C is set to it, or it
 * is added to C. The indices are added up, because to multiply them anew in each step is slower. The two vectors of a
 * row may overlap, so both are loaded before one is stored.
 *
 * <p>A vector is boxed when it passes through a call that C2 does not inline, and after a run of small products C2 may
 * not inline even the smallest method. So the tiles are spelled out and call the Vector API alone.
 */
final class MatmulTile {
    private MatmulTile() {}

    /** 8 rows, where the 8 elements of A that a step needs lie side by side: A packed, or stored transposed. */
    static void of8(Panel panel, float[] a, int ai, float[] b, int bi, float[] c, int ci) {
        int k = panel.k;
        int aColumn = panel.aColumn;
        int bRow = panel.bRow;
        int second = panel.second;
        int ldc = panel.ldc;
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
        var c60 = FloatVector.zero(FLOAT);
        var c61 = FloatVector.zero(FLOAT);
        var c70 = FloatVector.zero(FLOAT);
        var c71 = FloatVector.zero(FLOAT);
        int ap = ai;
        int bp = bi;
        for (int p = 0; p < k; p++, ap += aColumn, bp += bRow) {
            var b0 = FloatVector.fromArray(FLOAT, b, bp);
            var b1 = FloatVector.fromArray(FLOAT, b, bp + second);
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
            var a4 = FloatVector.broadcast(FLOAT, a[ap + 4]);
            c40 = FMA ? a4.fma(b0, c40) : a4.mul(b0).add(c40);
            c41 = FMA ? a4.fma(b1, c41) : a4.mul(b1).add(c41);
            var a5 = FloatVector.broadcast(FLOAT, a[ap + 5]);
            c50 = FMA ? a5.fma(b0, c50) : a5.mul(b0).add(c50);
            c51 = FMA ? a5.fma(b1, c51) : a5.mul(b1).add(c51);
            var a6 = FloatVector.broadcast(FLOAT, a[ap + 6]);
            c60 = FMA ? a6.fma(b0, c60) : a6.mul(b0).add(c60);
            c61 = FMA ? a6.fma(b1, c61) : a6.mul(b1).add(c61);
            var a7 = FloatVector.broadcast(FLOAT, a[ap + 7]);
            c70 = FMA ? a7.fma(b0, c70) : a7.mul(b0).add(c70);
            c71 = FMA ? a7.fma(b1, c71) : a7.mul(b1).add(c71);
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
            c60 = c60.add(FloatVector.fromArray(FLOAT, c, ci + 6 * ldc));
            c61 = c61.add(FloatVector.fromArray(FLOAT, c, ci + 6 * ldc + second));
            c60.intoArray(c, ci + 6 * ldc);
            c61.intoArray(c, ci + 6 * ldc + second);
            c70 = c70.add(FloatVector.fromArray(FLOAT, c, ci + 7 * ldc));
            c71 = c71.add(FloatVector.fromArray(FLOAT, c, ci + 7 * ldc + second));
            c70.intoArray(c, ci + 7 * ldc);
            c71.intoArray(c, ci + 7 * ldc + second);
            return;
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
        c60.intoArray(c, ci + 6 * ldc);
        c61.intoArray(c, ci + 6 * ldc + second);
        c70.intoArray(c, ci + 7 * ldc);
        c71.intoArray(c, ci + 7 * ldc + second);
    }

    /** As {@link #of8}, but one vector of columns. */
    static void of8x1(Panel panel, float[] a, int ai, float[] b, int bi, float[] c, int ci) {
        int k = panel.k;
        int aColumn = panel.aColumn;
        int bRow = panel.bRow;
        int ldc = panel.ldc;
        var c00 = FloatVector.zero(FLOAT);
        var c10 = FloatVector.zero(FLOAT);
        var c20 = FloatVector.zero(FLOAT);
        var c30 = FloatVector.zero(FLOAT);
        var c40 = FloatVector.zero(FLOAT);
        var c50 = FloatVector.zero(FLOAT);
        var c60 = FloatVector.zero(FLOAT);
        var c70 = FloatVector.zero(FLOAT);
        int ap = ai;
        int bp = bi;
        for (int p = 0; p < k; p++, ap += aColumn, bp += bRow) {
            var b0 = FloatVector.fromArray(FLOAT, b, bp);
            var a0 = FloatVector.broadcast(FLOAT, a[ap]);
            c00 = FMA ? a0.fma(b0, c00) : a0.mul(b0).add(c00);
            var a1 = FloatVector.broadcast(FLOAT, a[ap + 1]);
            c10 = FMA ? a1.fma(b0, c10) : a1.mul(b0).add(c10);
            var a2 = FloatVector.broadcast(FLOAT, a[ap + 2]);
            c20 = FMA ? a2.fma(b0, c20) : a2.mul(b0).add(c20);
            var a3 = FloatVector.broadcast(FLOAT, a[ap + 3]);
            c30 = FMA ? a3.fma(b0, c30) : a3.mul(b0).add(c30);
            var a4 = FloatVector.broadcast(FLOAT, a[ap + 4]);
            c40 = FMA ? a4.fma(b0, c40) : a4.mul(b0).add(c40);
            var a5 = FloatVector.broadcast(FLOAT, a[ap + 5]);
            c50 = FMA ? a5.fma(b0, c50) : a5.mul(b0).add(c50);
            var a6 = FloatVector.broadcast(FLOAT, a[ap + 6]);
            c60 = FMA ? a6.fma(b0, c60) : a6.mul(b0).add(c60);
            var a7 = FloatVector.broadcast(FLOAT, a[ap + 7]);
            c70 = FMA ? a7.fma(b0, c70) : a7.mul(b0).add(c70);
        }
        if (panel.accumulate) {
            c00 = c00.add(FloatVector.fromArray(FLOAT, c, ci));
            c00.intoArray(c, ci);
            c10 = c10.add(FloatVector.fromArray(FLOAT, c, ci + ldc));
            c10.intoArray(c, ci + ldc);
            c20 = c20.add(FloatVector.fromArray(FLOAT, c, ci + 2 * ldc));
            c20.intoArray(c, ci + 2 * ldc);
            c30 = c30.add(FloatVector.fromArray(FLOAT, c, ci + 3 * ldc));
            c30.intoArray(c, ci + 3 * ldc);
            c40 = c40.add(FloatVector.fromArray(FLOAT, c, ci + 4 * ldc));
            c40.intoArray(c, ci + 4 * ldc);
            c50 = c50.add(FloatVector.fromArray(FLOAT, c, ci + 5 * ldc));
            c50.intoArray(c, ci + 5 * ldc);
            c60 = c60.add(FloatVector.fromArray(FLOAT, c, ci + 6 * ldc));
            c60.intoArray(c, ci + 6 * ldc);
            c70 = c70.add(FloatVector.fromArray(FLOAT, c, ci + 7 * ldc));
            c70.intoArray(c, ci + 7 * ldc);
            return;
        }
        c00.intoArray(c, ci);
        c10.intoArray(c, ci + ldc);
        c20.intoArray(c, ci + 2 * ldc);
        c30.intoArray(c, ci + 3 * ldc);
        c40.intoArray(c, ci + 4 * ldc);
        c50.intoArray(c, ci + 5 * ldc);
        c60.intoArray(c, ci + 6 * ldc);
        c70.intoArray(c, ci + 7 * ldc);
    }

    /** As {@link #of4}, but 6 rows. */
    static void of6(Panel panel, float[] a, int ai, float[] b, int bi, float[] c, int ci) {
        int k = panel.k;
        int aRow = panel.aRow;
        int aColumn = panel.aColumn;
        int bRow = panel.bRow;
        int second = panel.second;
        int ldc = panel.ldc;
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
        int ap = ai;
        int bp = bi;
        for (int p = 0; p < k; p++, ap += aColumn, bp += bRow) {
            var b0 = FloatVector.fromArray(FLOAT, b, bp);
            var b1 = FloatVector.fromArray(FLOAT, b, bp + second);
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
            return;
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

    /** 4 rows, wherever A's elements lie: its rows are {@code aRow} apart, its columns {@code aColumn}. */
    static void of4(Panel panel, float[] a, int ai, float[] b, int bi, float[] c, int ci) {
        int k = panel.k;
        int aRow = panel.aRow;
        int aColumn = panel.aColumn;
        int bRow = panel.bRow;
        int second = panel.second;
        int ldc = panel.ldc;
        var c00 = FloatVector.zero(FLOAT);
        var c01 = FloatVector.zero(FLOAT);
        var c10 = FloatVector.zero(FLOAT);
        var c11 = FloatVector.zero(FLOAT);
        var c20 = FloatVector.zero(FLOAT);
        var c21 = FloatVector.zero(FLOAT);
        var c30 = FloatVector.zero(FLOAT);
        var c31 = FloatVector.zero(FLOAT);
        int ap = ai;
        int bp = bi;
        for (int p = 0; p < k; p++, ap += aColumn, bp += bRow) {
            var b0 = FloatVector.fromArray(FLOAT, b, bp);
            var b1 = FloatVector.fromArray(FLOAT, b, bp + second);
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
            return;
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

    /** 1 row, for those that the higher tiles leave over. */
    static void of1(Panel panel, float[] a, int ai, float[] b, int bi, float[] c, int ci) {
        int k = panel.k;
        int aColumn = panel.aColumn;
        int bRow = panel.bRow;
        int second = panel.second;
        var c00 = FloatVector.zero(FLOAT);
        var c01 = FloatVector.zero(FLOAT);
        int ap = ai;
        int bp = bi;
        for (int p = 0; p < k; p++, ap += aColumn, bp += bRow) {
            var b0 = FloatVector.fromArray(FLOAT, b, bp);
            var b1 = FloatVector.fromArray(FLOAT, b, bp + second);
            var a0 = FloatVector.broadcast(FLOAT, a[ap]);
            c00 = FMA ? a0.fma(b0, c00) : a0.mul(b0).add(c00);
            c01 = FMA ? a0.fma(b1, c01) : a0.mul(b1).add(c01);
        }
        if (panel.accumulate) {
            c00 = c00.add(FloatVector.fromArray(FLOAT, c, ci));
            c01 = c01.add(FloatVector.fromArray(FLOAT, c, ci + second));
            c00.intoArray(c, ci);
            c01.intoArray(c, ci + second);
            return;
        }
        c00.intoArray(c, ci);
        c01.intoArray(c, ci + second);
    }
}
