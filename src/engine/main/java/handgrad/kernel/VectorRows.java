package handgrad.kernel;

import handgrad.kernel.runtime.Species;
import jdk.incubator.vector.FloatVector;

/** Copies of short rows on the Vector API: a call of arraycopy for each would take longer than the copy. */
public final class VectorRows {
    private VectorRows() {}

    /**
     * Copies rows by whole vectors, one after the other. What is written past the end of a row is overwritten by the
     * next row; after the last, and after the last row of x, there must be room for a vector less one element.
     *
     * @param step from a row of x to the next
     * @param width the elements of a row, and from a row of out to the next
     */
    public static void copy(float[] x, int from, int step, float[] out, int to, int width, int rows) {
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < width; i += Species.LANES) {
                FloatVector.fromArray(Species.FLOAT, x, from + r * step + i).intoArray(out, to + r * width + i);
            }
        }
    }

    /**
     * Copies rows that are at least a vector wide, and nothing beside them: the last vector of a row moves back until
     * it ends with it.
     *
     * @param outStep from a row of out to the next
     */
    public static void copyWithin(float[] x, int from, float[] out, int to, int outStep, int width, int rows) {
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < width; i += Species.LANES) {
                int column = Math.min(i, width - Species.LANES);
                FloatVector.fromArray(Species.FLOAT, x, from + r * width + column)
                        .intoArray(out, to + r * outStep + column);
            }
        }
    }
}
