package handgrad.kernel;

import static handgrad.kernel.Species.FLOAT;
import static handgrad.kernel.Species.LANES;
import static handgrad.kernel.VectorSupport.FMA;

import jdk.incubator.vector.FloatVector;

/**
 * The innermost loops of {@link VectorMatmul}: a tile of C, so many rows by two vectors of columns that begin {@code second}
 * columns apart, is kept in registers while k products are added to each of its elements, in the order of k. It begins with
 * the tile {@code start}, which is C itself or zeros: with a branch between these two instead of a load from either, C2
 * compiles a slower loop. The indices are added up, because to multiply them anew in each step is slower too.
 *
 * <p>A vector is boxed when it passes through a call that C2 does not inline, and after a run of small products C2 may not
 * inline even the smallest method. So the tiles are spelled out and call the Vector API alone.
 */
final class MatmulTile {
    /** Floats in a row of a tile, at most. */
    static final int WIDTH = 2 * LANES;

    private MatmulTile() {}

    /** 8 rows, where the 8 elements of A that a step needs lie side by side: A packed, or stored transposed. */
    static void of8(
            int k,
            float[] a,
            int ai,
            int aColumn,
            float[] b,
            int bi,
            int bStride,
            int second,
            float[] start,
            int si,
            int startStride,
            float[] c,
            int ci,
            int ldc) {
        var c00 = FloatVector.fromArray(FLOAT, start, si);
        var c01 = FloatVector.fromArray(FLOAT, start, si + second);
        var c10 = FloatVector.fromArray(FLOAT, start, si + startStride);
        var c11 = FloatVector.fromArray(FLOAT, start, si + startStride + second);
        var c20 = FloatVector.fromArray(FLOAT, start, si + 2 * startStride);
        var c21 = FloatVector.fromArray(FLOAT, start, si + 2 * startStride + second);
        var c30 = FloatVector.fromArray(FLOAT, start, si + 3 * startStride);
        var c31 = FloatVector.fromArray(FLOAT, start, si + 3 * startStride + second);
        var c40 = FloatVector.fromArray(FLOAT, start, si + 4 * startStride);
        var c41 = FloatVector.fromArray(FLOAT, start, si + 4 * startStride + second);
        var c50 = FloatVector.fromArray(FLOAT, start, si + 5 * startStride);
        var c51 = FloatVector.fromArray(FLOAT, start, si + 5 * startStride + second);
        var c60 = FloatVector.fromArray(FLOAT, start, si + 6 * startStride);
        var c61 = FloatVector.fromArray(FLOAT, start, si + 6 * startStride + second);
        var c70 = FloatVector.fromArray(FLOAT, start, si + 7 * startStride);
        var c71 = FloatVector.fromArray(FLOAT, start, si + 7 * startStride + second);
        int ap = ai;
        int bp = bi;
        for (int p = 0; p < k; p++, ap += aColumn, bp += bStride) {
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
    static void of8x1(
            int k,
            float[] a,
            int ai,
            int aColumn,
            float[] b,
            int bi,
            int bStride,
            float[] start,
            int si,
            int startStride,
            float[] c,
            int ci,
            int ldc) {
        var c00 = FloatVector.fromArray(FLOAT, start, si);
        var c10 = FloatVector.fromArray(FLOAT, start, si + startStride);
        var c20 = FloatVector.fromArray(FLOAT, start, si + 2 * startStride);
        var c30 = FloatVector.fromArray(FLOAT, start, si + 3 * startStride);
        var c40 = FloatVector.fromArray(FLOAT, start, si + 4 * startStride);
        var c50 = FloatVector.fromArray(FLOAT, start, si + 5 * startStride);
        var c60 = FloatVector.fromArray(FLOAT, start, si + 6 * startStride);
        var c70 = FloatVector.fromArray(FLOAT, start, si + 7 * startStride);
        int ap = ai;
        int bp = bi;
        for (int p = 0; p < k; p++, ap += aColumn, bp += bStride) {
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
        c00.intoArray(c, ci);
        c10.intoArray(c, ci + ldc);
        c20.intoArray(c, ci + 2 * ldc);
        c30.intoArray(c, ci + 3 * ldc);
        c40.intoArray(c, ci + 4 * ldc);
        c50.intoArray(c, ci + 5 * ldc);
        c60.intoArray(c, ci + 6 * ldc);
        c70.intoArray(c, ci + 7 * ldc);
    }

    /** 6 rows, else as {@link #of4}: 15 registers, which fits AVX2. */
    static void of6(
            int k,
            float[] a,
            int ai,
            int aRow,
            int aColumn,
            float[] b,
            int bi,
            int bStride,
            int second,
            float[] start,
            int si,
            int startStride,
            float[] c,
            int ci,
            int ldc) {
        var c00 = FloatVector.fromArray(FLOAT, start, si);
        var c01 = FloatVector.fromArray(FLOAT, start, si + second);
        var c10 = FloatVector.fromArray(FLOAT, start, si + startStride);
        var c11 = FloatVector.fromArray(FLOAT, start, si + startStride + second);
        var c20 = FloatVector.fromArray(FLOAT, start, si + 2 * startStride);
        var c21 = FloatVector.fromArray(FLOAT, start, si + 2 * startStride + second);
        var c30 = FloatVector.fromArray(FLOAT, start, si + 3 * startStride);
        var c31 = FloatVector.fromArray(FLOAT, start, si + 3 * startStride + second);
        var c40 = FloatVector.fromArray(FLOAT, start, si + 4 * startStride);
        var c41 = FloatVector.fromArray(FLOAT, start, si + 4 * startStride + second);
        var c50 = FloatVector.fromArray(FLOAT, start, si + 5 * startStride);
        var c51 = FloatVector.fromArray(FLOAT, start, si + 5 * startStride + second);
        int ap = ai;
        int bp = bi;
        for (int p = 0; p < k; p++, ap += aColumn, bp += bStride) {
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

    /** 4 rows of A as it lies: its rows {@code aRow} apart, its columns {@code aColumn}. */
    static void of4(
            int k,
            float[] a,
            int ai,
            int aRow,
            int aColumn,
            float[] b,
            int bi,
            int bStride,
            int second,
            float[] start,
            int si,
            int startStride,
            float[] c,
            int ci,
            int ldc) {
        var c00 = FloatVector.fromArray(FLOAT, start, si);
        var c01 = FloatVector.fromArray(FLOAT, start, si + second);
        var c10 = FloatVector.fromArray(FLOAT, start, si + startStride);
        var c11 = FloatVector.fromArray(FLOAT, start, si + startStride + second);
        var c20 = FloatVector.fromArray(FLOAT, start, si + 2 * startStride);
        var c21 = FloatVector.fromArray(FLOAT, start, si + 2 * startStride + second);
        var c30 = FloatVector.fromArray(FLOAT, start, si + 3 * startStride);
        var c31 = FloatVector.fromArray(FLOAT, start, si + 3 * startStride + second);
        int ap = ai;
        int bp = bi;
        for (int p = 0; p < k; p++, ap += aColumn, bp += bStride) {
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
        c00.intoArray(c, ci);
        c01.intoArray(c, ci + second);
        c10.intoArray(c, ci + ldc);
        c11.intoArray(c, ci + ldc + second);
        c20.intoArray(c, ci + 2 * ldc);
        c21.intoArray(c, ci + 2 * ldc + second);
        c30.intoArray(c, ci + 3 * ldc);
        c31.intoArray(c, ci + 3 * ldc + second);
    }

    /** 1 row, for what is left of the others. */
    static void of1(
            int k,
            float[] a,
            int ai,
            int aColumn,
            float[] b,
            int bi,
            int bStride,
            int second,
            float[] start,
            int si,
            int startStride,
            float[] c,
            int ci,
            int ldc) {
        var c00 = FloatVector.fromArray(FLOAT, start, si);
        var c01 = FloatVector.fromArray(FLOAT, start, si + second);
        int ap = ai;
        int bp = bi;
        for (int p = 0; p < k; p++, ap += aColumn, bp += bStride) {
            var b0 = FloatVector.fromArray(FLOAT, b, bp);
            var b1 = FloatVector.fromArray(FLOAT, b, bp + second);
            var a0 = FloatVector.broadcast(FLOAT, a[ap]);
            c00 = FMA ? a0.fma(b0, c00) : a0.mul(b0).add(c00);
            c01 = FMA ? a0.fma(b1, c01) : a0.mul(b1).add(c01);
        }
        c00.intoArray(c, ci);
        c01.intoArray(c, ci + second);
    }
}
