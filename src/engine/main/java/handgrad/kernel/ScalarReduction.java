package handgrad.kernel;

/** Row sums without the Vector API, in the order that {@link Reduction} fixes. */
final class ScalarReduction {
    private ScalarReduction() {}

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

    /** Adds the rows of the columns from {@code first} to before {@code end}. */
    static void addRows(float[] x, int xOffset, int rows, int columns, int first, int end, float[] out, int outOffset) {
        for (int i = 0; i < rows; i++) {
            int row = xOffset + i * columns;
            for (int j = first; j < end; j++) {
                out[outOffset + j] += x[row + j];
            }
        }
    }
}
