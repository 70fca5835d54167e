package handgrad.kernel;

import handgrad.kernel.runtime.Scratch;

/** Sums without the Vector API, in the order that {@link Reduction} fixes. */
final class ScalarReduction {
    private ScalarReduction() {}

    /** The sum of a block. */
    static float sum(float[] x, int offset, int n) {
        int whole = n - n % Reduction.PARTIAL_SUMS;
        float sum = 0;
        if (whole > 0) {
            float[] partial = new float[Reduction.PARTIAL_SUMS];
            for (int i = 0; i < whole; i += Reduction.PARTIAL_SUMS) {
                for (int lane = 0; lane < Reduction.PARTIAL_SUMS; lane++) {
                    partial[lane] += x[offset + i + lane];
                }
            }
            for (int half = Reduction.PARTIAL_SUMS / 2; half > 0; half /= 2) {
                for (int lane = 0; lane < half; lane++) {
                    partial[lane] += partial[lane + half];
                }
            }
            sum = partial[0];
        }
        for (int i = whole; i < n; i++) {
            sum += x[offset + i];
        }
        return sum;
    }

    /** out[outOffset + j - first] += Σ over rows of the columns j from {@code first} to before {@code end}. */
    static void addRows(float[] x, int xOffset, int rows, int columns, int first, int end, float[] out, int outOffset) {
        int width = end - first;
        float[] sums = Scratch.floats(width);
        double[] totals = Reduction.beginSums(sums, width, rows);
        for (int i = 0; i < rows; ) {
            for (int blockEnd = Math.min(rows, i + Reduction.BLOCK_ROWS); i < blockEnd; i++) {
                int row = xOffset + i * columns + first;
                for (int j = 0; j < width; j++) {
                    sums[j] += x[row + j];
                }
            }
            Reduction.endRows(sums, totals, width, i, rows);
        }
        for (int j = 0; j < width; j++) {
            out[outOffset + j] += sums[j];
        }
    }
}
