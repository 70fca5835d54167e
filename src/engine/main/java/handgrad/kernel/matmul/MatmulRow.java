package handgrad.kernel.matmul;

import static handgrad.kernel.runtime.Species.FLOAT;
import static handgrad.kernel.runtime.Species.LANES;
import static handgrad.kernel.runtime.VectorSupport.FMA;

import handgrad.kernel.runtime.Scratch;
import jdk.incubator.vector.FloatVector;

/**
 * Products with so few rows of C that each element of B is used only that often: a copy of B would cost more than it
 * saves. B is read as it lies, 8 vectors of a row at a time, because 8 sums side by side hide the latency of the
 * multiply-adds.
 */
final class MatmulRow {
    /** Rows of C, at most: from as many on, tiles are faster. */
    static final int ROWS = 3;

    private static final int VECTORS = 8;

    private MatmulRow() {}

    /**
     * Adds to C, or sets it to, the product of one block of each matrix; C has at least as many columns as a vector.
     */
    static void multiply(Product block, float[] a, float[] b, float[] c) {
        int n = block.n;
        int k = block.k;
        int bOffset = block.bOffset;
        int ldb = block.ldb;
        boolean accumulate = block.accumulate;
        int aColumn = block.aColumn();
        float[] scratch = Scratch.floats(k + LANES);
        int wide = n - n % (VECTORS * LANES);
        for (int i = 0; i < block.m; i++) {
            int ai = block.indexOfA(i, 0);
            for (int p = 0; p < k; p++) {
                scratch[p] = a[ai + p * aColumn];
            }
            int ci = block.cOffset + i * block.ldc;
            for (int j = 0; j < wide; j += VECTORS * LANES) {
                of8Vectors(k, scratch, b, bOffset + j, ldb, accumulate, c, ci + j);
            }
            for (int j = wide; j < n; j += LANES) {
                // The last vector ends with the row. What it has twice is left as it is.
                int at = Math.min(j, n - LANES);
                sumOfVector(k, scratch, b, bOffset + at, ldb, scratch, k);
                for (int column = j; column < at + LANES; column++) {
                    float sum = scratch[k + column - at];
                    c[ci + column] = accumulate ? c[ci + column] + sum : sum;
                }
            }
        }
    }

    private static void of8Vectors(
            int k, float[] a, float[] b, int bi, int ldb, boolean accumulate, float[] c, int ci) {
        var c0 = FloatVector.zero(FLOAT);
        var c1 = FloatVector.zero(FLOAT);
        var c2 = FloatVector.zero(FLOAT);
        var c3 = FloatVector.zero(FLOAT);
        var c4 = FloatVector.zero(FLOAT);
        var c5 = FloatVector.zero(FLOAT);
        var c6 = FloatVector.zero(FLOAT);
        var c7 = FloatVector.zero(FLOAT);
        int bp = bi;
        for (int p = 0; p < k; p++, bp += ldb) {
            var left = FloatVector.broadcast(FLOAT, a[p]);
            var b0 = FloatVector.fromArray(FLOAT, b, bp);
            c0 = FMA ? left.fma(b0, c0) : left.mul(b0).add(c0);
            var b1 = FloatVector.fromArray(FLOAT, b, bp + LANES);
            c1 = FMA ? left.fma(b1, c1) : left.mul(b1).add(c1);
            var b2 = FloatVector.fromArray(FLOAT, b, bp + 2 * LANES);
            c2 = FMA ? left.fma(b2, c2) : left.mul(b2).add(c2);
            var b3 = FloatVector.fromArray(FLOAT, b, bp + 3 * LANES);
            c3 = FMA ? left.fma(b3, c3) : left.mul(b3).add(c3);
            var b4 = FloatVector.fromArray(FLOAT, b, bp + 4 * LANES);
            c4 = FMA ? left.fma(b4, c4) : left.mul(b4).add(c4);
            var b5 = FloatVector.fromArray(FLOAT, b, bp + 5 * LANES);
            c5 = FMA ? left.fma(b5, c5) : left.mul(b5).add(c5);
            var b6 = FloatVector.fromArray(FLOAT, b, bp + 6 * LANES);
            c6 = FMA ? left.fma(b6, c6) : left.mul(b6).add(c6);
            var b7 = FloatVector.fromArray(FLOAT, b, bp + 7 * LANES);
            c7 = FMA ? left.fma(b7, c7) : left.mul(b7).add(c7);
        }
        if (accumulate) {
            FloatVector.fromArray(FLOAT, c, ci).add(c0).intoArray(c, ci);
            FloatVector.fromArray(FLOAT, c, ci + LANES).add(c1).intoArray(c, ci + LANES);
            FloatVector.fromArray(FLOAT, c, ci + 2 * LANES).add(c2).intoArray(c, ci + 2 * LANES);
            FloatVector.fromArray(FLOAT, c, ci + 3 * LANES).add(c3).intoArray(c, ci + 3 * LANES);
            FloatVector.fromArray(FLOAT, c, ci + 4 * LANES).add(c4).intoArray(c, ci + 4 * LANES);
            FloatVector.fromArray(FLOAT, c, ci + 5 * LANES).add(c5).intoArray(c, ci + 5 * LANES);
            FloatVector.fromArray(FLOAT, c, ci + 6 * LANES).add(c6).intoArray(c, ci + 6 * LANES);
            FloatVector.fromArray(FLOAT, c, ci + 7 * LANES).add(c7).intoArray(c, ci + 7 * LANES);
        } else {
            c0.intoArray(c, ci);
            c1.intoArray(c, ci + LANES);
            c2.intoArray(c, ci + 2 * LANES);
            c3.intoArray(c, ci + 3 * LANES);
            c4.intoArray(c, ci + 4 * LANES);
            c5.intoArray(c, ci + 5 * LANES);
            c6.intoArray(c, ci + 6 * LANES);
            c7.intoArray(c, ci + 7 * LANES);
        }
    }

    private static void sumOfVector(int k, float[] a, float[] b, int bi, int ldb, float[] sums, int at) {
        var sum = FloatVector.zero(FLOAT);
        int bp = bi;
        for (int p = 0; p < k; p++, bp += ldb) {
            var left = FloatVector.broadcast(FLOAT, a[p]);
            var right = FloatVector.fromArray(FLOAT, b, bp);
            sum = FMA ? left.fma(right, sum) : left.mul(right).add(sum);
        }
        sum.intoArray(sums, at);
    }
}
