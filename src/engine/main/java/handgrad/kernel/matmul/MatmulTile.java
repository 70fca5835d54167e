package handgrad.kernel.matmul;

import static handgrad.kernel.runtime.Species.FLOAT;
import static handgrad.kernel.runtime.VectorSupport.FMA;

import jdk.incubator.vector.FloatVector;

/**
 * The innermost loops where the CPU has 32 vector registers. A tile of C, some rows by one or two vectors of columns,
 * stays in registers while k products are added to each element, in the order of k; then it replaces C or is added to
 * it. Indices are added up: to multiply is slower. The vectors of a row may overlap: both are loaded, then stored.
 *
 * <p>A vector is boxed when it passes through a call that C2 does not inline, and after a run of small products C2 may
 * not inline even the smallest method: so the tiles are spelled out. Their parameters are numbers, not an object: with
 * its fields loaded first, {@code ./handgrad bench matmul} gave a fifth less at 64x64x64 on AVX-512.
 */
final class MatmulTile {
    private MatmulTile() {}

    /** 8 rows; the 8 elements of A for a step lie side by side: packed, or stored transposed. parameters: see above. */
    static void of8(
            int k,
            float[] a,
            int ai,
            int aColumn,
            float[] b,
            int bi,
            int bRow,
            int second,
            boolean accumulate,
            float[] c,
            int ci,
            int ldc) {
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
        if (accumulate) {
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

    /** As {@link #of8}, but one vector of columns. parameters: see above. */
    static void of8x1(
            int k,
            float[] a,
            int ai,
            int aColumn,
            float[] b,
            int bi,
            int bRow,
            boolean accumulate,
            float[] c,
            int ci,
            int ldc) {
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
        if (accumulate) {
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

    /** As {@link #of4}, but 6 rows. parameters: see above. */
    static void of6(
            int k,
            float[] a,
            int ai,
            int aRow,
            int aColumn,
            float[] b,
            int bi,
            int bRow,
            int second,
            boolean accumulate,
            float[] c,
            int ci,
            int ldc) {
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
        if (accumulate) {
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

    /** 4 rows, wherever A lies: its rows are aRow apart, its columns aColumn. parameters: see above. */
    static void of4(
            int k,
            float[] a,
            int ai,
            int aRow,
            int aColumn,
            float[] b,
            int bi,
            int bRow,
            int second,
            boolean accumulate,
            float[] c,
            int ci,
            int ldc) {
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
        if (accumulate) {
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

    /** 1 row, for those that the higher tiles leave over. parameters: see above. */
    static void of1(
            int k,
            float[] a,
            int ai,
            int aColumn,
            float[] b,
            int bi,
            int bRow,
            int second,
            boolean accumulate,
            float[] c,
            int ci) {
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
        if (accumulate) {
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
