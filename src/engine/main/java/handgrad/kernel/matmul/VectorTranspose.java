package handgrad.kernel.matmul;

import handgrad.kernel.runtime.VectorSupport;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes a matrix, 8 rows and 4 columns at a time, with vectors of 8 elements; where those of the CPU have only 4,
 * 4 rows. The last rows and columns overlap those before. Plain loops transpose a matrix that is smaller than that.
 *
 * <p>Row 0 and row 4 give the first vector, one half each, and so do 1 and 5, 2 and 6, 3 and 7: of the row that comes
 * second the vector is loaded 4 elements early, so its half stands in the right place at once. In each half of the four
 * vectors lies a square of 4 x 4, which two steps transpose: in the first, two vectors exchange the pairs that lie on
 * the other side of the diagonal, in the second the elements; a shift of pairs as 64-bit numbers is cheaper there than
 * a shuffle.
 */
final class VectorTranspose {
    private static final VectorSpecies<Float> SPECIES =
            VectorSupport.BITS == 128 ? FloatVector.SPECIES_128 : FloatVector.SPECIES_256;

    private static final int ROWS = SPECIES.length();
    private static final int COLUMNS = 4;

    private static final VectorShuffle<Float> SWAP_PAIRS = VectorShuffle.fromOp(SPECIES, lane -> lane ^ 2);
    private static final VectorMask<Float> SECOND_HALF = VectorMask.fromLong(SPECIES, 0xF0);
    private static final VectorMask<Float> SECOND_PAIRS = VectorMask.fromLong(SPECIES, 0xCC);
    private static final VectorMask<Float> ODD = VectorMask.fromLong(SPECIES, 0xAA);

    private VectorTranspose() {}

    /**
     * out[j, i] = x[i, j].
     *
     * @param rows of x
     * @param columns of x
     * @param xStride from a row of x to the next
     * @param outStride from a row of out to the next
     */
    static void transpose(
            int rows, int columns, float[] x, int xOffset, int xStride, float[] out, int outOffset, int outStride) {
        if (rows < ROWS || columns < COLUMNS) {
            transposeElements(rows, columns, x, xOffset, xStride, out, outOffset, outStride);
            return;
        }
        for (int next = 0; next < rows; next += ROWS) {
            int i = Math.min(next, rows - ROWS);
            transposeRows(columns, x, xOffset + i * xStride, xStride, out, outOffset + i, outStride);
        }
    }

    private static void transposeElements(
            int rows, int columns, float[] x, int xOffset, int xStride, float[] out, int outOffset, int outStride) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                out[outOffset + j * outStride + i] = x[xOffset + i * xStride + j];
            }
        }
    }

    private static void transposeRows(
            int columns, float[] x, int xOffset, int xStride, float[] out, int outOffset, int outStride) {
        for (int next = 0; next < columns; next += COLUMNS) {
            int j = Math.min(next, columns - COLUMNS);
            int from = xOffset + j;
            var r0 = FloatVector.fromArray(SPECIES, x, from);
            var r1 = FloatVector.fromArray(SPECIES, x, from + xStride);
            var r2 = FloatVector.fromArray(SPECIES, x, from + 2 * xStride);
            var r3 = FloatVector.fromArray(SPECIES, x, from + 3 * xStride);
            if (ROWS == 8) {
                int early = from - 4;
                r0 = r0.blend(FloatVector.fromArray(SPECIES, x, early + 4 * xStride), SECOND_HALF);
                r1 = r1.blend(FloatVector.fromArray(SPECIES, x, early + 5 * xStride), SECOND_HALF);
                r2 = r2.blend(FloatVector.fromArray(SPECIES, x, early + 6 * xStride), SECOND_HALF);
                r3 = r3.blend(FloatVector.fromArray(SPECIES, x, early + 7 * xStride), SECOND_HALF);
            }
            var s0 = r0.blend(r2.rearrange(SWAP_PAIRS), SECOND_PAIRS);
            var s1 = r1.blend(r3.rearrange(SWAP_PAIRS), SECOND_PAIRS);
            var s2 = r0.rearrange(SWAP_PAIRS).blend(r2, SECOND_PAIRS);
            var s3 = r1.rearrange(SWAP_PAIRS).blend(r3, SECOND_PAIRS);
            int to = outOffset + j * outStride;
            s0.blend(
                            s1.reinterpretAsInts()
                                    .reinterpretAsLongs()
                                    .lanewise(VectorOperators.LSHL, 32)
                                    .reinterpretAsFloats(),
                            ODD)
                    .intoArray(out, to);
            s0.reinterpretAsInts()
                    .reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHR, 32)
                    .reinterpretAsFloats()
                    .blend(s1, ODD)
                    .intoArray(out, to + outStride);
            s2.blend(
                            s3.reinterpretAsInts()
                                    .reinterpretAsLongs()
                                    .lanewise(VectorOperators.LSHL, 32)
                                    .reinterpretAsFloats(),
                            ODD)
                    .intoArray(out, to + 2 * outStride);
            s2.reinterpretAsInts()
                    .reinterpretAsLongs()
                    .lanewise(VectorOperators.LSHR, 32)
                    .reinterpretAsFloats()
                    .blend(s3, ODD)
                    .intoArray(out, to + 3 * outStride);
        }
    }
}
